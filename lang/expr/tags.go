// Package expr owns the languages inside scalars: {{tag}}, {{=expression}},
// when, depends, and the small ones of cron schedules and durations. It scans,
// parses, checks and evaluates them, with byte positions inside the scalar's
// text; callers turn those into source spans with tree.Node.Source.
//
// The judges are the reference's own libraries: expr-lang for expressions,
// govaluate for when, robfig/cron for schedules. What they refuse is refused
// here, in words that say what to do.
package expr

import "strings"

// A Tag is one {{...}} in a text.
type Tag struct {
	Start, End int    // byte range in the text, braces included
	Body       string // what stands between the braces
	Expr       bool   // {{=...}}: Body then starts with '='
	Key        string // of a simple tag: Body without surrounding white space
}

// Tags returns the tags of text in order. A tag runs from {{ to the next }},
// whatever stands between; there is no nesting and no escape. open is the
// offset of a {{ that nothing closes, -1 if there is none.
func Tags(text string) (tags []Tag, open int) {
	for at := 0; ; {
		i := strings.Index(text[at:], "{{")
		if i < 0 {
			return tags, -1
		}
		start := at + i
		j := strings.Index(text[start+2:], "}}")
		if j < 0 {
			return tags, start
		}
		body := text[start+2 : start+2+j]
		t := Tag{Start: start, End: start + 2 + j + 2, Body: body, Expr: strings.HasPrefix(body, "=")}
		if !t.Expr {
			t.Key = strings.TrimSpace(body)
		}
		tags = append(tags, t)
		at = t.End
	}
}

// wholeTags is Tags for texts in which tags are opaque. A tag inside another
// ({{a.{{b}}.c}}) is substituted first, so the outer one ends where it was
// meant to.
func wholeTags(text string) (tags []Tag, open int) {
	tags, open = Tags(text)
	whole := tags[:0]
	at := 0
	for _, t := range tags {
		if t.Start < at {
			continue
		}
		for range strings.Count(t.Body, "{{") {
			if i := strings.Index(text[t.End:], "}}"); i >= 0 {
				t.End += i + 2
			}
		}
		if t.Body = text[t.Start+2 : t.End-2]; !t.Expr {
			t.Key = strings.TrimSpace(t.Body)
		}
		whole = append(whole, t)
		at = t.End
	}
	if open < at {
		open = -1
	}
	return whole, open
}
