package tree

import "sort"

// A Segment says that from byte Decoded of a scalar's value on, the text comes
// from byte Source of the file. In a Verbatim segment both advance together;
// otherwise the whole segment comes from the source bytes up to the next
// segment (an escape, a folded line break).
type Segment struct {
	Decoded, Source int
	Verbatim        bool
}

// An OffsetMap leads from decoded text back to the file. Segments are sorted
// by Decoded and by Source; the last one is a sentinel at (len(value), end of
// the source text). The empty map means "unknown".
type OffsetMap []Segment

// find returns the segment that holds decoded offset off.
func (m OffsetMap) find(off int) int {
	i := sort.Search(len(m), func(i int) bool { return m[i].Decoded > off }) - 1
	return max(i, 0)
}

func (m OffsetMap) start(off int) int {
	s := m[m.find(off)]
	if s.Verbatim {
		return s.Source + off - s.Decoded
	}
	return s.Source
}

// end maps an exclusive end: it belongs to the byte before it.
func (m OffsetMap) end(off int) int {
	if off <= 0 {
		return m[0].Source
	}
	i := m.find(off - 1)
	s := m[i]
	if s.Verbatim {
		return s.Source + off - s.Decoded
	}
	if i+1 < len(m) {
		return m[i+1].Source
	}
	return s.Source
}
