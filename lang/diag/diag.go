// Package diag holds findings: what is wrong, where, how bad, and the way out.
//
// A Diagnostic is not an error: users' mistakes travel in a List, the world's
// faults (files, clusters) as error values. Nothing here prints; see render.
package diag

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/weft-lang/weft/lang/source"
)

// Severity says how bad a finding is. The zero value is a bug.
type Severity uint8

// The severities, mildest first, so that they compare with <.
const (
	Info Severity = iota + 1
	Warning
	Error
)

var severityNames = [...]string{Info: "info", Warning: "warning", Error: "error"}

func (s Severity) String() string {
	if s < Info || s > Error {
		return fmt.Sprintf("severity(%d)", uint8(s))
	}
	return severityNames[s]
}

// ParseSeverity is the inverse of String.
func ParseSeverity(name string) (Severity, bool) {
	i := slices.Index(severityNames[:], name)
	return Severity(max(i, 0)), i > 0
}

// Related is another place that explains a finding ("first declared here").
type Related struct {
	Span    source.Span
	Message string
}

// An Edit replaces the text of Span by New. An insertion has an empty span.
type Edit struct {
	Span source.Span
	New  string
}

// A Fix makes its finding go away. A safe fix never changes what the workflow
// does; an unsafe one may, and is applied only on request.
type Fix struct {
	Title string
	Safe  bool
	Edits []Edit
}

// Diagnostic is one finding.
type Diagnostic struct {
	Rule     string // kebab-case, never reused, never renamed
	Severity Severity
	Span     source.Span // the smallest text that is wrong
	Path     string      // place in the document, "spec.templates[1].container.image"; filled by validate
	Message  string      // one clause, lower case, no full stop
	Help     string      // the way out, "" when the message already says it
	Related  []Related
	Fixes    []Fix
}

// A List collects findings. The zero List is empty and ready.
type List struct{ all []Diagnostic }

// Add appends d. It panics on an incomplete finding: that is our bug, not the user's.
func (l *List) Add(d Diagnostic) {
	if d.Rule == "" || d.Severity == 0 || d.Message == "" {
		panic(fmt.Sprintf("diag: incomplete diagnostic %+v", d))
	}
	l.all = append(l.all, d)
}

// Append adds every finding of o.
func (l *List) Append(o *List) {
	if o != nil {
		l.all = append(l.all, o.all...)
	}
}

// Len is the number of findings.
func (l *List) Len() int { return len(l.all) }

// Has reports whether a finding is at least as severe as s.
func (l *List) Has(s Severity) bool {
	return slices.ContainsFunc(l.all, func(d Diagnostic) bool { return d.Severity >= s })
}

// Sorted returns the findings by place (file, start, end, rule, message), exact
// repeats dropped. It is the only way out, so output can never depend on the
// order in which rules ran.
func (l *List) Sorted() []Diagnostic {
	out := slices.Clone(l.all)
	slices.SortStableFunc(out, compare)
	return slices.CompactFunc(out, func(a, b Diagnostic) bool { return compare(a, b) == 0 })
}

func compare(a, b Diagnostic) int {
	return cmp.Or(
		cmp.Compare(fileName(a.Span), fileName(b.Span)),
		cmp.Compare(a.Span.Start, b.Span.Start),
		cmp.Compare(a.Span.End, b.Span.End),
		cmp.Compare(a.Rule, b.Rule),
		cmp.Compare(a.Message, b.Message),
	)
}

func fileName(s source.Span) string {
	if s.File == nil {
		return ""
	}
	return s.File.Name
}
