package expr

import "strings"

// A Segment is one name of a Path.
type Segment struct {
	Name       string
	Start, End int  // byte range in the text, without quotes, brackets and dots
	Quoted     bool // written as ['name'] or ["name"]
	Optional   bool // reached through ?.
}

// A Path is a reference taken apart: steps.a.outputs.result.
type Path []Segment

// String is the path with dots, whatever way it was written: the flat key
// under which the reference keeps values.
func (p Path) String() string {
	names := make([]string, len(p))
	for i, s := range p {
		names[i] = s.Name
	}
	return strings.Join(names, ".")
}

// Start is the offset of the first name.
func (p Path) Start() int { return p[0].Start }

// ParsePath takes the key of a simple tag apart. Names may also be written in
// brackets (steps['a-b'].outputs), as in expressions. ok is false for what is
// not a path: an empty name, white space outside brackets, an open bracket.
func ParsePath(key string) (path Path, ok bool) {
	path = make(Path, 0, strings.Count(key, ".")+1)
	for at := 0; ; {
		end := at + nameLength(key[at:])
		if end == at {
			return nil, false
		}
		path = append(path, Segment{Name: key[at:end], Start: at, End: end})
		for at = end; at < len(key) && key[at] == '['; {
			s, next, ok := quotedSegment(key, at)
			if !ok {
				return nil, false
			}
			path = append(path, s)
			at = next
		}
		if at == len(key) {
			return path, true
		}
		if key[at] != '.' {
			return nil, false
		}
		at++
	}
}

// nameLength is the length of the name at the start of s. A bracket that opens
// no quoted name belongs to the name, as in item.[0].
func nameLength(s string) int {
	for i := range len(s) {
		switch c := s[i]; {
		case c == '.', c == ' ', '\t' <= c && c <= '\r':
			return i
		case c == '[' && i+1 < len(s) && (s[i+1] == '\'' || s[i+1] == '"'):
			return i
		}
	}
	return len(s)
}

func quotedSegment(key string, at int) (s Segment, next int, ok bool) {
	if at+2 >= len(key) || key[at+1] != '\'' && key[at+1] != '"' {
		return s, 0, false
	}
	quote, start := key[at+1], at+2
	n := strings.IndexByte(key[start:], quote)
	end := start + n
	if n <= 0 || end+1 >= len(key) || key[end+1] != ']' {
		return s, 0, false
	}
	return Segment{Name: key[start:end], Start: start, End: end, Quoted: true}, end + 2, true
}
