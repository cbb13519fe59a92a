package render

import (
	"encoding/json"
	"io"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
)

// jsonVersion is raised when a field is removed or changes its meaning. New
// fields may come without notice.
const jsonVersion = 1

type jsonReport struct {
	Version     int              `json:"version"`
	Diagnostics []jsonDiagnostic `json:"diagnostics"`
	Summary     jsonSummary      `json:"summary"`
}

type jsonSummary struct {
	Errors   int `json:"errors"`
	Warnings int `json:"warnings"`
	Infos    int `json:"infos"`
	Files    int `json:"files"`
}

type jsonDiagnostic struct {
	Rule      string        `json:"rule"`
	Severity  string        `json:"severity"`
	Message   string        `json:"message"`
	Help      string        `json:"help,omitempty"`
	jsonPlace               // left out of a finding that has none
	Path      string        `json:"path,omitempty"`
	Origin    *jsonOrigin   `json:"origin,omitempty"`
	Related   []jsonRelated `json:"related,omitempty"`
	Fixes     []jsonFix     `json:"fixes,omitempty"`
}

// A jsonOrigin is what a chart's template was rendered to: the template, and the
// line in the document.
type jsonOrigin struct {
	File string `json:"file"`
	Line int    `json:"line"`
}

type jsonPlace struct {
	File  string        `json:"file,omitempty"`
	Start *jsonPosition `json:"start,omitempty"`
	End   *jsonPosition `json:"end,omitempty"`
}

// A jsonPosition has a 1-based line, a 1-based column in code points and a
// 0-based byte offset.
type jsonPosition struct {
	Line   int `json:"line"`
	Column int `json:"column"`
	Offset int `json:"offset"`
}

type jsonRelated struct {
	Message string `json:"message"`
	jsonPlace
}

type jsonFix struct {
	Title string     `json:"title"`
	Safe  bool       `json:"safe"`
	Edits []jsonEdit `json:"edits"`
}

type jsonEdit struct {
	jsonPlace
	New string `json:"new"`
}

// JSON prints one object with all findings and their count.
func JSON(w io.Writer, r Report, _ Options) error {
	out := jsonReport{
		Version:     jsonVersion,
		Diagnostics: make([]jsonDiagnostic, 0, len(r.Diagnostics)),
		Summary: jsonSummary{
			Errors:   r.count(diag.Error),
			Warnings: r.count(diag.Warning),
			Infos:    r.count(diag.Info),
			Files:    len(r.Files),
		},
	}
	for _, d := range r.Diagnostics {
		out.Diagnostics = append(out.Diagnostics, toJSON(d))
	}
	enc := newEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}

// JSONL prints one object a line, one line a finding.
func JSONL(w io.Writer, r Report, _ Options) error {
	enc := newEncoder(w)
	for _, d := range r.Diagnostics {
		if err := enc.Encode(toJSON(d)); err != nil {
			return err
		}
	}
	return nil
}

func newEncoder(w io.Writer) *json.Encoder {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false) // messages hold <, > and & as they are
	return enc
}

func toJSON(d diag.Diagnostic) jsonDiagnostic {
	out := jsonDiagnostic{
		Rule:      d.Rule,
		Severity:  d.Severity.String(),
		Message:   d.Message,
		Help:      d.Help,
		jsonPlace: toPlace(d.Span),
		Path:      d.Path,
		Origin:    toOrigin(d.Span),
	}
	for _, r := range d.Related {
		out.Related = append(out.Related, jsonRelated{Message: r.Message, jsonPlace: toPlace(r.Span)})
	}
	for _, f := range d.Fixes {
		fix := jsonFix{Title: f.Title, Safe: f.Safe, Edits: []jsonEdit{}}
		for _, e := range f.Edits {
			fix.Edits = append(fix.Edits, jsonEdit{jsonPlace: toPlace(e.Span), New: e.New})
		}
		out.Fixes = append(out.Fixes, fix)
	}
	return out
}

func toPlace(s source.Span) jsonPlace {
	if s.IsZero() {
		return jsonPlace{}
	}
	at := func(off int) *jsonPosition {
		p := s.File.Position(off)
		return &jsonPosition{Line: p.Line, Column: p.Column, Offset: off}
	}
	return jsonPlace{File: s.File.Name, Start: at(s.Start), End: at(s.End)}
}

func toOrigin(s source.Span) *jsonOrigin {
	name, line := origin(s)
	if name == "" {
		return nil
	}
	return &jsonOrigin{File: name, Line: line}
}
