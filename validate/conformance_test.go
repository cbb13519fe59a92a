package validate_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weft-lang/weft/compiler"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/yaml"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/rules"
)

// corpus holds real workflows with the reference's verdict on each. It is data
// beside the project, not part of it.
const corpus = "../../shared/corpus"

// specimen is one lint run with the reference's verdict.
type specimen struct {
	name      string
	files     map[string]string
	accept    *bool // nil: the reference crashed
	reference string
}

// TestConformance compares profile argo with the reference. Agreement may not
// fall below testdata/conformance/floor.json; raise the floor when it rises.
// WEFT_CONFORMANCE=list prints every disagreement, WEFT_CONFORMANCE=words those
// whose case name or reference message contains the words.
func TestConformance(t *testing.T) {
	if _, err := os.Stat(corpus); err != nil {
		t.Skip("no corpus of reference verdicts beside the project")
	}
	var floor map[string]float64
	readJSON(t, "../testdata/conformance/floor.json", &floor)
	wanted := os.Getenv("WEFT_CONFORMANCE")
	for _, set := range []string{"documents", "mutants", "cases"} {
		agree, total := 0, 0
		for _, s := range load(t, set) {
			if s.accept == nil {
				accepts(s) // must not panic
				continue
			}
			total++
			got, findings := accepts(s)
			if got == *s.accept {
				agree++
				continue
			}
			if wanted == "list" || wanted != "" && strings.Contains(s.name+s.reference, wanted) {
				t.Logf("%s %s: weft accepts: %v; reference: %v %s%s", set, s.name, got, *s.accept, s.reference, findings)
			}
		}
		ratio := 100 * float64(agree) / float64(total)
		t.Logf("%-9s %4d of %4d agree, %.2f %%", set, agree, total, ratio)
		if ratio < floor[set] {
			t.Errorf("%s: agreement %.2f %% is below the floor of %.2f %%", set, ratio, floor[set])
		}
	}
}

// accepts lints as the command does with --profile argo.
func accepts(s specimen) (bool, string) {
	front := &diag.List{}
	var docs []*tree.Document
	for _, name := range slices.Sorted(maps.Keys(s.files)) {
		switch filepath.Ext(name) {
		case ".yaml", ".yml", ".json":
			d, found := yaml.Parse(source.NewFile(name, s.files[name]))
			docs = append(docs, d...)
			front.Append(found)
		}
	}
	r := validate.Check(compiler.Bind(docs), validate.Options{Profile: validate.Argo, Rules: rules.All(), Front: front})
	var b strings.Builder
	for _, d := range r.Findings.Sorted() {
		if d.Severity == diag.Error {
			fmt.Fprintf(&b, "\n    %s: %s [%s]", d.Span, d.Message, d.Rule)
		}
	}
	return r.Linted > 0 && !r.Findings.Has(diag.Error), b.String()
}

// fileText is a string, or {"b64": "..."} for bytes that JSON cannot hold.
type fileText string

func (f *fileText) UnmarshalJSON(b []byte) error {
	var raw struct{ B64 []byte }
	if json.Unmarshal(b, &raw) == nil {
		*f = fileText(raw.B64)
		return nil
	}
	return json.Unmarshal(b, (*string)(f))
}

func load(t *testing.T, set string) []specimen {
	var out []specimen
	if set == "cases" {
		f, err := os.Open(filepath.Join(corpus, "cases.jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		sc := bufio.NewScanner(f)
		sc.Buffer(nil, 16<<20)
		for sc.Scan() {
			var c struct {
				Name      string
				Files     map[string]fileText
				Accept    *bool
				Reference string
			}
			if err := json.Unmarshal(sc.Bytes(), &c); err != nil {
				t.Fatal(err)
			}
			s := specimen{c.Name, map[string]string{}, c.Accept, c.Reference}
			for name, text := range c.Files {
				s.files[name] = string(text)
			}
			out = append(out, s)
		}
		return out
	}
	var index map[string]struct {
		Accept    *bool
		Reference string
	}
	readJSON(t, filepath.Join(corpus, set+".json"), &index)
	for _, hash := range slices.Sorted(maps.Keys(index)) {
		b, err := os.ReadFile(filepath.Join(corpus, set, hash+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, specimen{hash, map[string]string{hash + ".yaml": string(b)}, index[hash].Accept, index[hash].Reference})
	}
	return out
}

func readJSON(t *testing.T, path string, v any) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, v); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}
