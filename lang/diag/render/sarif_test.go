package render_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xeipuuv/gojsonschema"
	"golang.org/x/tools/txtar"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/diag/render"
	"github.com/weft-lang/weft/lang/source"
)

// TestSARIFSchema holds that what SARIF prints has no field that the standard
// does not know, and keeps its schema.
func TestSARIFSchema(t *testing.T) {
	schema := sarifSchema(t)
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	results := 0
	for _, name := range archives {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		in := map[string]string{}
		for _, f := range archive.Files {
			if !strings.HasPrefix(f.Name, "want/") {
				in[f.Name] = string(f.Data)
			}
		}
		r := report(t, in)
		r.Version = "v1.2.3"
		r.Manuals = func(rule string) (render.Manual, bool) {
			return render.Manual{
				Summary: "it is wrong", Why: "It fails.", Markdown: "# " + rule, Group: "names", Severity: diag.Error, URL: "https://example.com/" + rule,
			}, true
		}
		log := parseSARIF(t, schema, draw(t, render.SARIF, r, render.Options{}))
		results += len(log.Runs[0].Results)
		for _, result := range log.Runs[0].Results {
			if rule := log.Runs[0].Tool.Driver.Rules[result.RuleIndex]; rule.ID != result.RuleID {
				t.Errorf("%s: rule %d is %s, the result names %s", name, result.RuleIndex, rule.ID, result.RuleID)
			}
		}
	}
	if results == 0 {
		t.Error("no archive holds a finding")
	}
}

// A sarifLog is what the tests look at.
type sarifLog struct {
	Runs []struct {
		Tool struct {
			Driver struct{ Rules []struct{ ID string } }
		}
		Results []struct {
			RuleID    string
			RuleIndex int
			Locations []struct {
				PhysicalLocation struct {
					ArtifactLocation struct{ URI string }
				}
			}
		}
	}
}

// parseSARIF checks text against the schema of the standard, which is in
// testdata without its prose.
func parseSARIF(t *testing.T, schema *gojsonschema.Schema, text string) sarifLog {
	t.Helper()
	result, err := schema.Validate(gojsonschema.NewStringLoader(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range result.Errors() {
		t.Errorf("%s in\n%s", problem, text)
	}
	var log sarifLog
	if err := json.Unmarshal([]byte(text), &log); err != nil {
		t.Fatal(err)
	}
	return log
}

func sarifSchema(t *testing.T) *gojsonschema.Schema {
	t.Helper()
	text, err := os.ReadFile("testdata/sarif-2.1.0.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	schema, err := gojsonschema.NewSchema(gojsonschema.NewBytesLoader(text))
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// TestSARIFNames holds that file names are URI references.
func TestSARIFNames(t *testing.T) {
	schema := sarifSchema(t)
	for name, want := range map[string]string{
		"flows/a.yaml":  "flows/a.yaml",
		"a b#c%.yaml":   "a%20b%23c%25.yaml",
		"a:b.yaml":      "./a:b.yaml",
		"../x.yaml":     "../x.yaml",
		"/etc/wf.yaml":  "file:///etc/wf.yaml",
		"größe/日本.yaml": "gr%C3%B6%C3%9Fe/%E6%97%A5%E6%9C%AC.yaml",
	} {
		d := diag.Diagnostic{Rule: "r", Severity: diag.Info, Message: "m", Span: source.NewFile(name, "x").At(0, 1)}
		log := parseSARIF(t, schema, draw(t, render.SARIF, render.Report{Diagnostics: []diag.Diagnostic{d}}, render.Options{}))
		if got := log.Runs[0].Results[0].Locations[0].PhysicalLocation.ArtifactLocation.URI; got != want {
			t.Errorf("%q becomes %q, want %q", name, got, want)
		}
	}
}
