package weft_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/langtest"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/weft"
	"github.com/weft-lang/weft/lang/yaml"
)

// TestGolden compiles and formats in.weft, or converts in.yaml. Other sections
// are files to import.
func TestGolden(t *testing.T) {
	langtest.Run(t, "../../testdata/weft/*.txtar", func(t *testing.T, in map[string]string) map[string]string {
		out := map[string]string{}
		if text, ok := in["in.yaml"]; ok {
			docs, diags := yaml.Parse(source.NewFile("in.yaml", text))
			out["weft"] = string(weft.Convert(docs))
			diagnostics(out, diags)
			return out
		}
		f := source.NewFile("in.weft", in["in.weft"])
		ast, diags := weft.Parse(f)
		docs, more := weft.Lower(ast, weft.Options{Load: func(path string, _ *source.File) (*source.File, error) {
			text, ok := in[path]
			if !ok {
				return nil, fmt.Errorf("no such file")
			}
			return source.NewFile(path, text), nil
		}})
		diags.Append(more)
		diagnostics(out, diags)
		if diags.Has(diag.Error) {
			return out
		}
		var parts []string
		for _, d := range docs {
			parts = append(parts, string(yaml.Print(d.Root)))
		}
		out["yaml"] = strings.Join(parts, "---\n")
		if formatted, _ := weft.Format(f); string(formatted) != f.Text {
			out["fmt"] = string(formatted)
		}
		return out
	})
}

// diagnostics renders findings with what a reader needs to act on them.
func diagnostics(out map[string]string, l *diag.List) {
	var b strings.Builder
	for _, d := range l.Sorted() {
		fmt.Fprintf(&b, "%s: %s: %s [%s]\n  at %q\n", d.Span, d.Severity, d.Message, d.Rule, d.Span.Text())
		if d.Help != "" {
			fmt.Fprintf(&b, "  help: %s\n", d.Help)
		}
		for _, r := range d.Related {
			fmt.Fprintf(&b, "  see %s: %s\n", r.Span, r.Message)
		}
		for _, fix := range d.Fixes {
			for _, e := range fix.Edits {
				fmt.Fprintf(&b, "  fix: %s: %q becomes %q\n", fix.Title, e.Span.Text(), e.New)
			}
		}
	}
	if b.Len() > 0 {
		out["diag"] = b.String()
	}
}

// TestRules runs the examples of every rule.
func TestRules(t *testing.T) {
	for _, r := range weft.Rules() {
		if !reports(r.Bad, r.Name) {
			t.Errorf("%s: the bad example is not reported", r.Name)
		}
		if _, diags := tryCompile("good.weft", r.Good); diags.Len() > 0 {
			t.Errorf("%s: the good example: %s", r.Name, diags.Sorted()[0].Message)
		}
	}
}

func reports(text, rule string) bool {
	_, diags := tryCompile("bad.weft", text)
	for _, d := range diags.Sorted() {
		if d.Rule == rule {
			return true
		}
	}
	return false
}
