package yaml

import (
	"math/bits"
	"net/url"
	"strings"
)

// tagPrefix is what "!!" stands for.
const tagPrefix = "tag:yaml.org,2002:"

// The tags that say what a scalar is.
const (
	tagString    = tagPrefix + "str"
	tagBool      = tagPrefix + "bool"
	tagInt       = tagPrefix + "int"
	tagFloat     = tagPrefix + "float"
	tagNull      = tagPrefix + "null"
	tagTimestamp = tagPrefix + "timestamp"
	tagBinary    = tagPrefix + "binary"
	tagMerge     = tagPrefix + "merge"
)

// shortTag is the tag as people write it.
func shortTag(tag string) string {
	if rest, ok := strings.CutPrefix(tag, tagPrefix); ok {
		return "!!" + rest
	}
	return tag
}

// tag scans a tag: !local, !!known, !<verbatim> or a lone "!".
func (s *scanner) tag() {
	if !s.saveKey() {
		return
	}
	s.keyAllowed = false
	start := s.pos
	kind := tokTag
	tag, ok := s.tagText()
	if ok && tag == "" {
		kind = tokUnknownTag
	}
	if !ok || !s.endsWord(s.pos) {
		s.fail(s.tagFault(start))
		return
	}
	s.tokens = append(s.tokens, token{kind: kind, start: int32(start), end: int32(s.pos), text: int32(len(s.texts))})
	s.texts = append(s.texts, scalarText{value: tag})
}

// tagText scans the tag and returns it written out; "" stands for a handle
// that only a directive could define.
func (s *scanner) tagText() (tag string, ok bool) {
	if s.at(s.pos+1) == '<' {
		s.pos += 2
		tag, ok = s.uri()
		if tag == "" || s.at(s.pos) != '>' {
			return "", false
		}
		s.pos++
		return tag, ok
	}
	start := s.pos
	s.pos++
	for isNameByte(s.at(s.pos)) {
		s.pos++
	}
	if s.at(s.pos) != '!' {
		rest, ok := s.uri()
		return s.text[start:s.pos-len(rest)] + rest, ok
	}
	s.pos++
	known := s.pos-start == 2
	rest, ok := s.uri()
	if ok = ok && rest != ""; !known {
		return "", ok
	}
	return tagPrefix + rest, ok
}

// uri scans the characters that a tag may consist of.
func (s *scanner) uri() (uri string, ok bool) {
	start, escaped := s.pos, false
	for isNameByte(s.at(s.pos)) || s.at(s.pos) != 0 && strings.IndexByte(";/?:@&=+$,.!~*'()[]%", s.at(s.pos)) >= 0 {
		escaped = escaped || s.at(s.pos) == '%'
		s.pos++
	}
	uri = s.text[start:s.pos]
	if !escaped {
		return uri, true
	}
	return decodePercent(uri)
}

// decodePercent decodes %XX sequences. The bytes of a code point must be
// complete, but need not be its shortest spelling: the reader behind Kubernetes
// looks no closer.
func decodePercent(s string) (string, bool) {
	t, err := url.PathUnescape(s)
	if err != nil {
		return "", false
	}
	for i := 0; i < len(t); {
		width := bits.LeadingZeros8(^t[i]) // the leading ones
		switch {
		case width == 0:
			width = 1
		case width == 1 || width > 4:
			return "", false
		}
		if i+width > len(t) {
			return "", false
		}
		for _, follow := range []byte(t[i+1 : i+width]) {
			if follow>>6 != 0b10 {
				return "", false
			}
		}
		i += width
	}
	return t, true
}
