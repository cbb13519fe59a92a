package validate_test

import (
	"testing"

	"github.com/weft-lang/weft/compiler"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/yaml"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/rules"
)

// TestDuplicateKeysOfTheReference holds profile argo to the reference's several
// minds about duplicate keys: an object in a JSON file is refused, unless they
// stand below a step; a YAML document is not linted at all.
func TestDuplicateKeysOfTheReference(t *testing.T) {
	const (
		head  = `{"kind": "Workflow", "metadata": {"generateName": "a-"}, "spec": {"entrypoint": "m", `
		plain = `"templates": [{"name": "m", "container": {"image": "b"}}]}}`
	)
	for _, c := range []struct {
		about, file, text string
		errors            int
		linted            int
	}{
		{"JSON", "a.json", head + `"entrypoint": "m", ` + plain, 1, 1},
		{"JSON, whatever the file is called", "a.yaml", head + `"entrypoint": "m", ` + plain, 1, 1},
		{"JSON below a step", "a.json", head + `"templates": [{"name": "m", "steps": [[{"name": "s", "name": "t", "template": "b"}]]}, {"name": "b", "container": {"image": "b"}}]}}`, 0, 1},
		{"JSON of another kind", "a.json", `{"kind": "ConfigMap", "data": {"a": "1", "a": "2"}}`, 0, 0},
		{"YAML", "a.yaml", "# a comment\n" + head + `"entrypoint": "m", ` + plain, 0, 0},
	} {
		docs, front := yaml.Parse(source.NewFile(c.file, c.text))
		r := validate.Check(compiler.Bind(docs), validate.Options{Profile: validate.Argo, Rules: rules.All(), Front: front})
		errors := 0
		for _, d := range r.Findings.Sorted() {
			if d.Severity == diag.Error {
				errors++
			}
		}
		if errors != c.errors || r.Linted != c.linted {
			t.Errorf("%s: %d errors and %d linted, want %d and %d", c.about, errors, r.Linted, c.errors, c.linted)
		}
	}
}

// TestJSONThatIsNoObject holds profile argo to the reference's refusal to go on
// when a JSON file is an array or a scalar, which other profiles pass over.
func TestJSONThatIsNoObject(t *testing.T) {
	for text, fatal := range map[string]bool{`[{"kind": "Workflow"}]`: true, `"Workflow"`: true, `null`: false, `{"a": 1}`: false, "- a\n": false} {
		for _, p := range []validate.Profile{validate.Recommended, validate.Argo} {
			docs, front := yaml.Parse(source.NewFile("a.json", text))
			r := validate.Check(compiler.Bind(docs), validate.Options{Profile: p, Rules: rules.All(), Front: front})
			if got, want := r.Findings.Has(diag.Error), fatal && p == validate.Argo; got != want {
				t.Errorf("profile %s, %s: error: %v, want %v", p, text, got, want)
			}
		}
	}
}
