package schema_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/yaml"
	"github.com/weft-lang/weft/validate/schema"
)

const corpus = "../../../shared/corpus"

// sample is one run of the reference's linter: its files, and what it said.
type sample struct {
	name      string
	files     []*source.File
	reference string
	accept    *bool // nil: it crashed
}

// samples reads the corpus, which is no part of the repository.
func samples(t testing.TB) []sample {
	t.Helper()
	if _, err := os.Stat(corpus); errors.Is(err, fs.ErrNotExist) {
		t.Skipf("no corpus at %s", corpus)
	}
	var out []sample
	for _, set := range []string{"documents", "mutants"} {
		index := map[string]struct {
			Accept    *bool
			Reference string
		}{}
		read(t, set+".json", func(b []byte) error { return json.Unmarshal(b, &index) })
		for name, entry := range index {
			s := sample{name: set + "/" + name, reference: entry.Reference, accept: entry.Accept}
			read(t, filepath.Join(set, name+".yaml"), func(b []byte) error {
				s.files = append(s.files, source.NewFile(name+".yaml", string(b)))
				return nil
			})
			out = append(out, s)
		}
	}
	read(t, "cases.jsonl", func(b []byte) error {
		lines := bufio.NewScanner(strings.NewReader(string(b)))
		lines.Buffer(nil, 1<<24)
		for lines.Scan() {
			var c struct {
				Name, Reference string
				Files           map[string]json.RawMessage
				Accept          *bool
			}
			if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
				return err
			}
			s := sample{name: "cases/" + c.Name, reference: c.Reference, accept: c.Accept}
			for name, raw := range c.Files {
				text, err := fileText(raw)
				if err != nil {
					return err
				}
				s.files = append(s.files, source.NewFile(name, text))
			}
			out = append(out, s)
		}
		return lines.Err()
	})
	return out
}

// fileText decodes a file of a case: a string, or {"b64": ...} for other bytes.
func fileText(raw json.RawMessage) (string, error) {
	var text string
	if raw[0] == '"' {
		err := json.Unmarshal(raw, &text)
		return text, err
	}
	var packed struct {
		B64 []byte
	}
	err := json.Unmarshal(raw, &packed)
	return string(packed.B64), err
}

func read(t testing.TB, path string, use func([]byte) error) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(corpus, path))
	if err == nil {
		err = use(b)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// kinds are those that the reference decodes as what they are.
var kinds = map[string]bool{
	"Workflow": true, "WorkflowTemplate": true, "ClusterWorkflowTemplate": true,
	"CronWorkflow": true, "WorkflowEventBinding": true,
}

// refused are the rules under which the reference refuses to decode.
var refused = map[string]bool{
	schema.UnknownField: true, schema.UnknownStepField: true, schema.WrongType: true, schema.TypedFieldTemplate: true,
	schema.QuantityInvalid: true, schema.PluginKeyCount: true, schema.ForeignMetadataClash: true,
}

// findings checks all documents of a sample. whole is false when a document
// could not be read.
func (s *sample) findings(opts schema.Options) (found []schema.Finding, whole bool) {
	whole = true
	for _, f := range s.files {
		docs, faults := yaml.Parse(f)
		whole = whole && !faults.Has(diag.Error)
		for _, d := range docs {
			check(d.Root, opts, func(f schema.Finding) { found = append(found, f) })
		}
	}
	return found, whole
}

func check(root *tree.Node, opts schema.Options, report func(schema.Finding)) {
	kind := root.Get("kind")
	switch {
	case kind.IsNull() || kind.Kind != tree.String || kind.Value == "":
	case kinds[kind.Value]:
		schema.Check(root, kind.Value, opts, report)
	default:
		schema.CheckMetadataOnly(root, report)
	}
}

// TestReference compares with what the reference's linter said of the corpus:
// where it could not decode, Check must refuse, and nowhere else.
func TestReference(t *testing.T) {
	var decodes, refuses, skipped int
	for _, s := range samples(t) {
		found, whole := s.findings(schema.Options{})
		// Neither JSON that is no object nor duplicate keys are for Check to see.
		if !whole || s.accept == nil || strings.Contains(s.reference, "duplicate field") || strings.Contains(s.reference, "Go value of type v1.ObjectMeta") {
			skipped++
			continue
		}
		var first *schema.Finding
		for i := range found {
			if refused[found[i].Rule] {
				first = &found[i]
				break
			}
		}
		want := strings.Contains(s.reference, "strict decoding error") || strings.Contains(s.reference, "failed to parse YAML")
		switch {
		case want && first == nil:
			t.Errorf("%s: not refused, but the reference says: %s", s.name, s.reference)
		case !want && first != nil:
			t.Errorf("%s: refused (%s: %s: %s), but the reference says: %q", s.name, first.Span, first.Rule, first.Message, s.reference)
		case want:
			refuses++
		default:
			decodes++
		}
	}
	t.Logf("%d decode and %d do not, as in the reference; %d left out: broken YAML, or the reference crashed", decodes, refuses, skipped)
}
