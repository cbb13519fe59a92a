package yaml_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	k8syaml "sigs.k8s.io/yaml"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/yaml"
)

// corpus returns every text of the corpus by name: documents, mutants, and the
// files of the cases.
func corpus(tb testing.TB) map[string]string {
	tb.Helper()
	const root = "../../../shared/corpus"
	if _, err := os.Stat(root); err != nil {
		tb.Skip("no corpus at ../shared/corpus")
	}
	texts := map[string]string{}
	for _, set := range []string{"documents", "mutants"} {
		names, err := filepath.Glob(filepath.Join(root, set, "*"))
		if err != nil {
			tb.Fatal(err)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				tb.Fatal(err)
			}
			texts[set+"/"+filepath.Base(name)] = string(data)
		}
	}
	data, err := os.ReadFile(filepath.Join(root, "cases.jsonl"))
	if err != nil {
		tb.Fatal(err)
	}
	for line := range bytes.Lines(data) {
		var c struct {
			Name  string
			Files map[string]any // a text, or {b64: bytes}
		}
		if err := json.Unmarshal(line, &c); err != nil {
			tb.Fatal(err)
		}
		for file, text := range c.Files {
			if coded, ok := text.(map[string]any); ok {
				data, err := base64.StdEncoding.DecodeString(coded["b64"].(string))
				if err != nil {
					tb.Fatal(err)
				}
				text = string(data)
			}
			texts["cases/"+c.Name+"/"+file] = text.(string)
		}
	}
	return texts
}

var separator = regexp.MustCompile("\n---")

// disagreement compares Parse with the reader of the Kubernetes tools on every
// piece of a text and describes the first difference, "" if there is none.
func disagreement(text string) string {
	f := source.NewFile("f.yaml", text)
	docs, findings := yaml.Parse(f)
	if json.Valid([]byte(text)) {
		if len(docs) != 1 {
			return fmt.Sprintf("%d documents of a JSON file", len(docs))
		}
		if findings.Has(diag.Error) {
			return ""
		}
		return sameJSON([]byte(text), docs[0].Root)
	}
	start := 0
	for _, piece := range separator.Split(text, -1) {
		end := start + len(piece)
		if diff := pieceDisagreement(f, docs, findings, start, end); diff != "" {
			return diff
		}
		start = end + len("\n---")
	}
	return ""
}

// unread reports whether what we find wrong stands behind a text that is a whole
// document without it: how far behind the end of its first value the Kubernetes
// reader looks is up to chance.
func unread(piece string, want []byte, findings *diag.List, start int) bool {
	for _, d := range findings.Sorted() {
		if at := d.Span.Start - start; d.Severity == diag.Error && at > 0 && at <= len(piece) {
			whole, err := k8syaml.YAMLToJSONStrict([]byte(piece[:at]))
			return err == nil && bytes.Equal(whole, want)
		}
	}
	return false
}

func pieceDisagreement(f *source.File, docs []*tree.Document, findings *diag.List, start, end int) string {
	piece := f.Text[start:end]
	if strings.TrimSpace(piece) == "" {
		return "" // dropped before it is read
	}
	want, err := k8syaml.YAMLToJSONStrict([]byte(piece))
	var faults []string
	for _, d := range findings.Sorted() {
		if d.Severity == diag.Error && start <= d.Span.Start && d.Span.Start <= end {
			faults = append(faults, d.Message)
		}
	}
	if err == nil && len(faults) > 0 && unread(piece, want, findings, start) {
		return ""
	}
	if (err != nil) != (len(faults) > 0) {
		return fmt.Sprintf("oracle says %v, findings %q in piece %q", err, faults, piece)
	}
	if err != nil {
		return ""
	}
	var doc *tree.Document
	for _, d := range docs {
		if d.Span.Start == start {
			doc = d
		}
	}
	if doc == nil {
		if string(want) != "null" {
			return fmt.Sprintf("no document for piece %q, oracle says %s", piece, want)
		}
		return ""
	}
	return sameJSON(want, doc.Root)
}

func sameJSON(want []byte, root *tree.Node) string {
	decode := func(data []byte) string {
		d := json.NewDecoder(bytes.NewReader(data))
		d.UseNumber()
		var v any
		if err := d.Decode(&v); err != nil {
			return err.Error()
		}
		out, err := json.Marshal(v)
		if err != nil {
			return err.Error()
		}
		return string(out)
	}
	got := yaml.JSON(root)
	if w, g := decode(want), decode(got); w != g {
		return fmt.Sprintf("oracle: %s\nours:   %s", w, g)
	}
	return ""
}

func TestCorpusAgreesWithKubernetes(t *testing.T) {
	t.Parallel()
	texts := corpus(t)
	bad := 0
	for name, text := range texts {
		if diff := disagreement(text); diff != "" {
			bad++
			if bad < 20 {
				t.Errorf("%s: %s", name, diff)
			}
		}
	}
	t.Logf("%d texts, %d disagree", len(texts), bad)
}

func TestAgreesWithKubernetes(t *testing.T) {
	for _, text := range strings.Split(snippets, "\n====\n") {
		if diff := disagreement(text); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}
