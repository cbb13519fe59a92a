// Package eval gives names their values: it fills the holes of scalars from a
// scope. Filling happens on one decoded scalar at a time, so a value can never
// become structure.
package eval

import (
	"iter"
	"strings"

	"github.com/weft-lang/weft/lang/expr"
)

// A Scope knows names and their values.
type Scope interface {
	// Value is the text of a name such as inputs.parameters.x.
	Value(name string) (string, bool)
	// Vars are all names with their values, for {{=expressions}}. It is called
	// only when there is one to evaluate.
	Vars() map[string]string
}

// A Live scope is one of a run: what differs from call to call, dates and random
// texts, is evaluated in it.
type Live interface{ Live() bool }

// A Namer is a scope that reads the name in a tag its own way. The others take
// what stands between the braces without the white space around it.
type Namer interface{ TagName(body string) string }

// Filled is a text after filling, with the way back to the text before it.
type Filled struct {
	Text   string
	pieces []piece // nil: nothing was replaced
}

// piece says that Text[at:] up to the next piece came from [start, end) of the
// original text; same means byte by byte.
type piece struct {
	at, start, end int
	same           bool
}

// Unfilled is a text in which nothing was replaced.
func Unfilled(text string) Filled { return Filled{Text: text} }

// Origin leads a range of the filled text back to the range of the original
// text that produced it.
func (f Filled) Origin(start, end int) (int, int) {
	if f.pieces == nil {
		return start, end
	}
	s, e := -1, 0
	for i, p := range f.pieces {
		limit := len(f.Text)
		if i+1 < len(f.pieces) {
			limit = f.pieces[i+1].at
		}
		if limit <= start || p.at >= end {
			continue
		}
		from, to := p.start, p.end
		if p.same {
			from, to = p.start+max(start-p.at, 0), p.start+min(end, limit)-p.at
		}
		if s < 0 {
			s = from
		}
		e = to
	}
	return max(s, 0), e
}

// then composes two fillings: g was made from f.Text.
func (f Filled) then(g Filled) Filled {
	if f.pieces == nil {
		return g
	}
	if g.pieces == nil {
		f.Text = g.Text
		return f
	}
	out := Filled{Text: g.Text}
	for i, p := range g.pieces {
		limit := len(g.Text)
		if i+1 < len(g.pieces) {
			limit = g.pieces[i+1].at
		}
		if !p.same {
			s, e := f.Origin(p.start, p.end)
			out.pieces = append(out.pieces, piece{at: p.at, start: s, end: e})
			continue
		}
		out.pieces = append(out.pieces, f.slice(p.start, p.start+limit-p.at, p.at)...)
	}
	return out
}

// slice returns the pieces of f.Text[start:end], moved so that start lands at at.
func (f Filled) slice(start, end, at int) []piece {
	var out []piece
	for i, p := range f.pieces {
		limit := len(f.Text)
		if i+1 < len(f.pieces) {
			limit = f.pieces[i+1].at
		}
		if limit <= start || p.at >= end {
			continue
		}
		cut := max(start-p.at, 0)
		q := piece{at: at + p.at + cut - start, start: p.start, end: p.end, same: p.same}
		if p.same {
			q.start += cut
		}
		out = append(out, q)
	}
	return out
}

// Fill replaces every tag whose name s knows and every {{=expression}} that
// can be evaluated from it; other tags stay as they are.
func Fill(text string, s Scope) Filled {
	if !strings.Contains(text, "{{") {
		return Unfilled(text)
	}
	tags, _ := expr.Tags(text)
	var b strings.Builder
	var pieces []piece
	last := 0
	keep := func(to int) {
		if to > last {
			pieces = append(pieces, piece{at: b.Len(), start: last, end: to, same: true})
			b.WriteString(text[last:to])
		}
	}
	for _, t := range tags {
		start, value, ok := tagValue(text, t, s)
		if !ok {
			continue
		}
		keep(start)
		pieces = append(pieces, piece{at: b.Len(), start: start, end: t.End})
		b.WriteString(value)
		last = t.End
	}
	if pieces == nil {
		return Unfilled(text)
	}
	keep(len(text))
	return Filled{Text: b.String(), pieces: pieces}
}

// tagValue is what replaces text[start:t.End]. In a nested tag ({{a.{{b}}) only
// the inner part may be known.
func tagValue(text string, t expr.Tag, s Scope) (start int, value string, ok bool) {
	if t.Expr {
		fold := expr.Fold
		if l, is := s.(Live); is && l.Live() {
			fold = expr.FoldNow
		}
		value, ok = fold(t.Body[1:], s.Vars())
		return t.Start, value, ok
	}
	name := t.Key
	if n, is := s.(Namer); is {
		name = n.TagName(t.Body)
	}
	if value, ok = s.Value(name); ok {
		return t.Start, value, true
	}
	if i := strings.LastIndex(t.Body, "{{"); i >= 0 {
		value, ok = s.Value(t.Body[i+2:])
		return t.Start + 2 + i, value, ok
	}
	return 0, "", false
}

// FillTwice fills with first, then the result with second. The reference
// substitutes in two passes: global and local names, then inputs too; a value
// may bring in tags that the second pass resolves.
func FillTwice(text string, first, second Scope) Filled {
	return Fill(text, first).Then(second)
}

// Then fills f once more, keeping the way back to the first text.
func (f Filled) Then(s Scope) Filled {
	if !strings.Contains(f.Text, "{{") {
		return f
	}
	return f.then(Fill(f.Text, s))
}

// Inserted yields the texts that replaced something, each with the range of
// the original text in whose place it stands.
func (f Filled) Inserted() iter.Seq2[string, [2]int] {
	return func(yield func(string, [2]int) bool) {
		for i, p := range f.pieces {
			limit := len(f.Text)
			if i+1 < len(f.pieces) {
				limit = f.pieces[i+1].at
			}
			if !p.same && !yield(f.Text[p.at:limit], [2]int{p.start, p.end}) {
				return
			}
		}
	}
}
