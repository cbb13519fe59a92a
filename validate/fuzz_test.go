package validate_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/weft-lang/weft/compiler"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/yaml"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/rules"
)

// FuzzLint lints any text in every profile. Findings lie inside the file, and
// a second run gives the same ones.
func FuzzLint(f *testing.F) {
	for _, r := range rules.All() {
		f.Add(r.Bad)
	}
	seeds, _ := filepath.Glob("../examples/*/*.yaml")
	for _, s := range seeds {
		if b, err := os.ReadFile(s); err == nil {
			f.Add(string(b))
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		if a := txtar.Parse([]byte(text)); len(a.Files) > 0 {
			text = string(a.Files[0].Data)
		}
		for p := range validate.Profiles() {
			profile := validate.Profile(p)
			first, second := lintText(text, profile), lintText(text, profile)
			if !slices.Equal(first, second) {
				t.Errorf("two runs differ in profile %v:\n%q\n%q", profile, first, second)
			}
		}
	})
}

func lintText(text string, profile validate.Profile) []string {
	file := source.NewFile("fuzz.yaml", text)
	docs, front := yaml.Parse(file)
	r := validate.Check(compiler.Bind(docs), validate.Options{Profile: profile, Rules: rules.All(), Front: front})
	var out []string
	for _, d := range r.Findings.Sorted() {
		if d.Span.Start < 0 || d.Span.End < d.Span.Start || d.Span.End > len(text) {
			panic("a finding outside the file: " + d.Message)
		}
		for _, rel := range d.Related {
			_ = rel.Span.Text() // panics outside the file
		}
		out = append(out, d.Span.String()+d.Span.Text()+d.Message)
	}
	return out
}
