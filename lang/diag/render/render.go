// Package render prints findings: for people, for editors, for machines.
//
// It is the only place that turns a diag.Diagnostic into text. Every format is
// a row of one table and a pure function of its Report, so the same findings
// always give the same bytes.
package render

import (
	"fmt"
	"io"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
)

// A Report is everything one run has to say.
type Report struct {
	Diagnostics []diag.Diagnostic // as List.Sorted returns them
	Files       []string          // names of the files that were checked, with or without findings
	Version     string            // of weft, for formats that name the tool
	// Manuals describes rules, for formats that carry descriptions; nil when
	// there are none.
	Manuals func(rule string) (Manual, bool)
}

// A Manual is what a format can tell about a rule.
type Manual struct {
	Summary, Why string
	Markdown     string // all there is to say
	Group        string
	Severity     diag.Severity
	URL          string
}

func (r Report) manual(rule string) Manual {
	if r.Manuals == nil {
		return Manual{}
	}
	m, _ := r.Manuals(rule)
	return m
}

// Options say how text for people looks; machine formats ignore them.
type Options struct {
	Color bool // with ANSI escapes
	Width int  // columns a snippet may take; 0 means 120
}

// A Format writes a report.
type Format func(w io.Writer, r Report, opts Options) error

// formats is the table of all formats, in the order that help texts show.
var formats = []struct {
	name  string
	write Format
}{
	{"full", Full},
	{"concise", Concise},
	{"json", JSON},
	{"jsonl", JSONL},
	{"github", GitHub},
	{"gitlab", GitLab},
	{"junit", JUnit},
	{"sarif", SARIF},
}

// Lookup returns the format of that name.
func Lookup(name string) (Format, bool) {
	for _, f := range formats {
		if f.name == name {
			return f.write, true
		}
	}
	return nil, false
}

// Names lists the formats, the default one first.
func Names() []string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = f.name
	}
	return names
}

// count is the number of findings of severity s.
func (r Report) count(s diag.Severity) int {
	n := 0
	for _, d := range r.Diagnostics {
		if d.Severity == s {
			n++
		}
	}
	return n
}

// Summary is the closing line: "2 errors, 1 warning in 2 of 12 files".
func (r Report) Summary() string {
	if len(r.Diagnostics) == 0 {
		return "no problems in " + plural(len(r.Files), "file")
	}
	var counts []string
	for _, s := range []diag.Severity{diag.Error, diag.Warning} {
		if n := r.count(s); n > 0 {
			counts = append(counts, plural(n, s.String()))
		}
	}
	if n := r.count(diag.Info); n > 0 {
		counts = append(counts, fmt.Sprintf("%d info", n)) // "infos" is no word
	}
	line := strings.Join(counts, ", ")
	with := r.filesWithFindings()
	switch {
	case with == 0: // findings that have no place
	case with < len(r.Files):
		line += fmt.Sprintf(" in %d of %s", with, plural(len(r.Files), "file"))
	default:
		line += " in " + plural(with, "file")
	}
	return line
}

func (r Report) filesWithFindings() int {
	seen := map[string]bool{} // by name: a file that others import is read more than once
	for _, d := range r.Diagnostics {
		if d.Span.File != nil {
			seen[d.Span.File.Name] = true
		}
	}
	return len(seen)
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// Concise prints one line a finding in the form that compilers use and editors
// parse, then the summary.
func Concise(w io.Writer, r Report, opts Options) error {
	var b strings.Builder
	p := paletteFor(opts)
	for _, d := range r.Diagnostics {
		if !d.Span.IsZero() {
			b.WriteString(clean(d.Span.String()) + ": ")
		}
		fmt.Fprintf(&b, "%s: %s %s\n", p.severity(d.Severity, d.Severity.String()), clean(d.Message), p.quiet("["+d.Rule+"]"+originNote(d.Span)))
	}
	b.WriteString(p.summary(r) + "\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// withHelp is the message and the way out, for formats that have one text: the
// message, where rendered text comes from, and the help on a line of its own.
func withHelp(d diag.Diagnostic) string {
	text := d.Message + originNote(d.Span)
	if d.Help != "" {
		text += "\n" + d.Help
	}
	return text
}
