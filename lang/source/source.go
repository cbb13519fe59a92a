// Package source holds input text and the positions inside it.
//
// It is the bottom layer: it imports only the standard library, and every
// other package may import it. Offsets are bytes everywhere inside weft; lines
// and columns exist only where a person reads them.
package source

import (
	"fmt"
	"io/fs"
	"sort"
	"strings"
	"sync"
	"unicode/utf8"
)

// A File is one input text. It is immutable; Files are compared by pointer.
type File struct {
	Name string // as the user wrote it, with forward slashes
	Text string

	once  sync.Once
	lines []int // byte offset of the start of each line
	wide  bool  // some character takes more than one byte
}

// NewFile returns a File over text.
func NewFile(name, text string) *File { return &File{Name: name, Text: text} }

// Read reads name from fsys. displayName is what findings show; "" means name.
func Read(fsys fs.FS, name, displayName string) (*File, error) {
	b, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	if displayName == "" {
		displayName = name
	}
	return NewFile(displayName, string(b)), nil
}

// Position is a place as people count: 1-based line, 1-based column in code points.
type Position struct{ Line, Column int }

func (p Position) String() string { return fmt.Sprintf("%d:%d", p.Line, p.Column) }

func (f *File) index() []int {
	f.once.Do(func() {
		f.lines = make([]int, 1, 1+strings.Count(f.Text, "\n"))
		for i := 0; i < len(f.Text); i++ {
			switch c := f.Text[i]; {
			case c == '\n':
				f.lines = append(f.lines, i+1)
			case c >= utf8.RuneSelf:
				f.wide = true
			}
		}
	})
	return f.lines
}

// Position converts a byte offset. Offsets past the end are clamped to it.
func (f *File) Position(off int) Position {
	off = max(0, min(off, len(f.Text)))
	lines := f.index()
	i := sort.SearchInts(lines, off+1) - 1
	before := off - lines[i]
	if f.wide { // counting takes time in a long line with many findings
		before = utf8.RuneCountInString(f.Text[lines[i]:off])
	}
	return Position{Line: i + 1, Column: before + 1}
}

// Lines is the number of lines; a final newline does not open another one.
func (f *File) Lines() int {
	n := len(f.index())
	if strings.HasSuffix(f.Text, "\n") {
		n--
	}
	return max(n, 1)
}

// LineStart is the byte offset of the 1-based line, clamped to the file.
func (f *File) LineStart(line int) int {
	lines := f.index()
	switch {
	case line < 1:
		return 0
	case line > len(lines):
		return len(f.Text)
	}
	return lines[line-1]
}

// Line is the text of the 1-based line without its line break.
func (f *File) Line(line int) string {
	return strings.TrimRight(f.Text[f.LineStart(line):f.LineStart(line+1)], "\r\n")
}

// A Span is the half-open byte range [Start, End) of a File. It is comparable
// and usable as a map key. The zero Span is nowhere.
type Span struct {
	File       *File
	Start, End int
}

// At returns the span [start, end) of f.
func (f *File) At(start, end int) Span { return Span{File: f, Start: start, End: end} }

// IsZero reports whether the span is nowhere.
func (s Span) IsZero() bool { return s.File == nil }

// Text is the source text the span covers.
func (s Span) Text() string {
	if s.File == nil {
		return ""
	}
	return s.File.Text[s.Start:s.End]
}

// Sub is the part [start, end) of the span, counted from its own start.
func (s Span) Sub(start, end int) Span {
	return Span{File: s.File, Start: s.Start + start, End: s.Start + end}
}

// Contains reports whether o lies within s.
func (s Span) Contains(o Span) bool {
	return s.File == o.File && s.Start <= o.Start && o.End <= s.End
}

// String is the place as file:line:column.
func (s Span) String() string {
	if s.File == nil {
		return "-"
	}
	return fmt.Sprintf("%s:%s", s.File.Name, s.File.Position(s.Start))
}
