package render_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/diag/render"
	"github.com/weft-lang/weft/lang/langtest"
	"github.com/weft-lang/weft/lang/source"
)

// A finding as findings.json writes it. A place is the file and the text
// there; "from" and "to" stand for all text between the two.
type finding struct {
	Rule, Severity, Message, Help, Path string
	At                                  place
	Related                             []struct {
		Message string
		At      place
	}
	Fixes []struct {
		Title string
		Safe  bool
		Edits []struct {
			At  place
			New string
		}
	}
}

type place struct{ File, Text, From, To, Before string }

func (p place) span(t *testing.T, files map[string]*source.File) source.Span {
	t.Helper()
	if p.File == "" {
		return source.Span{}
	}
	f := files[p.File]
	if f == nil {
		t.Fatalf("findings.json names file %q, which is not in the archive", p.File)
	}
	find := func(text string) int {
		i := strings.Index(f.Text, text)
		if i < 0 || text == "" {
			t.Fatalf("%q does not occur in %s", text, p.File)
		}
		return i
	}
	switch {
	case p.From != "":
		return f.At(find(p.From), find(p.To)+len(p.To))
	case p.Before != "":
		return f.At(find(p.Before), find(p.Before))
	case p.Text == "":
		return f.At(len(f.Text), len(f.Text))
	}
	return f.At(find(p.Text), find(p.Text)+len(p.Text))
}

func report(t *testing.T, in map[string]string) render.Report {
	t.Helper()
	var findings []finding
	if err := json.Unmarshal([]byte(in["findings.json"]), &findings); err != nil {
		t.Fatalf("findings.json: %v", err)
	}
	files := map[string]*source.File{}
	for name, text := range in {
		if name != "findings.json" && name != "formats" {
			files[name] = source.NewFile(name, strings.ReplaceAll(text, "␛", "\x1b"))
		}
	}
	var list diag.List
	for _, f := range findings {
		severity, ok := diag.ParseSeverity(f.Severity)
		if !ok {
			t.Fatalf("unknown severity %q", f.Severity)
		}
		d := diag.Diagnostic{
			Rule: f.Rule, Severity: severity, Message: f.Message, Help: f.Help, Path: f.Path,
			Span: f.At.span(t, files),
		}
		for _, r := range f.Related {
			d.Related = append(d.Related, diag.Related{Message: r.Message, Span: r.At.span(t, files)})
		}
		for _, x := range f.Fixes {
			fix := diag.Fix{Title: x.Title, Safe: x.Safe}
			for _, e := range x.Edits {
				fix.Edits = append(fix.Edits, diag.Edit{Span: e.At.span(t, files), New: e.New})
			}
			d.Fixes = append(d.Fixes, fix)
		}
		list.Add(d)
	}
	return render.Report{Diagnostics: list.Sorted(), Files: slices.Sorted(maps.Keys(files))}
}

// TestFormats draws the findings of each archive in the formats that it lists;
// "color" stands for full with colours, escapes written as ␛.
func TestFormats(t *testing.T) {
	langtest.Run(t, "testdata/*.txtar", func(t *testing.T, in map[string]string) map[string]string {
		r := report(t, in)
		out := map[string]string{}
		for _, name := range strings.Fields(in["formats"]) {
			if name == "color" {
				out[name] = strings.ReplaceAll(draw(t, render.Full, r, render.Options{Width: 80, Color: true}), "\x1b", "␛")
				continue
			}
			format, ok := render.Lookup(name)
			if !ok {
				t.Fatalf("there is no format %q", name)
			}
			out[name] = draw(t, format, r, render.Options{Width: 80})
		}
		return out
	})
}

func draw(t *testing.T, format render.Format, r render.Report, opts render.Options) string {
	t.Helper()
	var b strings.Builder
	if err := format(&b, r, opts); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestLookupUnknown(t *testing.T) {
	if _, ok := render.Lookup("xml"); ok {
		t.Error(`Lookup("xml") found a format`)
	}
}

func TestSummary(t *testing.T) {
	a, b := source.NewFile("a", "x"), source.NewFile("b", "x")
	at := func(f *source.File, s diag.Severity) diag.Diagnostic {
		return diag.Diagnostic{Rule: "r", Severity: s, Message: "m", Span: f.At(0, 1)}
	}
	for _, tt := range []struct {
		diagnostics []diag.Diagnostic
		files       int
		want        string
	}{
		{nil, 1, "no problems in 1 file"},
		{nil, 12, "no problems in 12 files"},
		{[]diag.Diagnostic{at(a, diag.Error)}, 1, "1 error in 1 file"},
		{[]diag.Diagnostic{at(a, diag.Error), at(a, diag.Error), at(b, diag.Warning)}, 2, "2 errors, 1 warning in 2 files"},
		{[]diag.Diagnostic{at(a, diag.Info), at(a, diag.Info)}, 12, "2 info in 1 of 12 files"},
		{[]diag.Diagnostic{{Rule: "r", Severity: diag.Warning, Message: "m"}}, 1, "1 warning"},
	} {
		if got := (render.Report{Diagnostics: tt.diagnostics, Files: make([]string, tt.files)}).Summary(); got != tt.want {
			t.Errorf("Summary() = %q, want %q", got, tt.want)
		}
	}
}

// FuzzFull holds that no span, however wrong, makes a format panic, and that
// no snippet grows wider than asked for.
func FuzzFull(f *testing.F) {
	f.Add("a: b\nc: d\n", 3, 4, 0, 9, "x")
	f.Add("\t日本\r\n語\x1b[31m", 1, 7, 2, 30, "\n")
	f.Add("", 0, 0, 0, 0, "")
	f.Add(strings.Repeat("wide 語 ", 60)+"\nb", 100, 140, 200, 500, "y")
	f.Fuzz(func(t *testing.T, text string, start, end, start2, end2 int, insert string) {
		file := source.NewFile("f.yaml", text)
		inside := func(a, b int) source.Span {
			a = max(0, min(a, len(text)))
			return file.At(a, max(a, min(b, len(text))))
		}
		one, two := inside(start, end), inside(start2, end2)
		r := render.Report{Files: []string{"f.yaml"}, Diagnostics: []diag.Diagnostic{{
			Rule: "r", Severity: diag.Error, Message: "m", Span: one,
			Related: []diag.Related{{Span: two}},
			Fixes:   []diag.Fix{{Title: "t", Edits: []diag.Edit{{Span: one, New: insert}, {Span: two, New: insert}}}},
		}}}
		const width = 60
		for line := range strings.Lines(draw(t, render.Full, r, render.Options{Width: width})) {
			if n := render.TextWidth(strings.TrimSuffix(line, "\n")); n > width {
				t.Errorf("line is %d columns wide: %q", n, line)
			}
			if strings.ContainsAny(line, "\x1b\r") {
				t.Errorf("control character in %q", line)
			}
		}
		for _, name := range render.Names() {
			format, _ := render.Lookup(name)
			draw(t, format, r, render.Options{Width: width, Color: true})
		}
	})
}
