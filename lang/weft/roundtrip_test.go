package weft_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/weft"
	"github.com/weft-lang/weft/lang/yaml"
)

// compile parses and lowers text, failing the test on findings.
func compile(t *testing.T, name, text string) []*tree.Document {
	t.Helper()
	docs, diags := tryCompile(name, text)
	for _, d := range diags.Sorted() {
		if d.Severity == diag.Error {
			t.Errorf("%s: %s (%s)", d.Span, d.Message, d.Help)
		}
	}
	return docs
}

func tryCompile(name, text string) ([]*tree.Document, *diag.List) {
	f, diags := weft.Parse(source.NewFile(name, text))
	docs, more := weft.Lower(f, weft.Options{})
	diags.Append(more)
	return docs, diags
}

// asJSON is a document for comparison: white space inside when and depends
// does not count.
func asJSON(t *testing.T, root *tree.Node) string {
	t.Helper()
	var v any
	d := json.NewDecoder(bytes.NewReader(yaml.JSON(root)))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	out, err := json.MarshalIndent(squeezed(v, ""), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func squeezed(v any, key string) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = squeezed(v[k], k)
		}
	case []any:
		for i := range v {
			v[i] = squeezed(v[i], "")
		}
	case string:
		if key == "when" || key == "depends" {
			return strings.Join(strings.Fields(v), "")
		}
	}
	return v
}

func sameDocuments(t *testing.T, what string, got, want []*tree.Document) {
	t.Helper()
	want = withRoot(want)
	if len(got) != len(want) {
		t.Errorf("%s: %d documents, want %d", what, len(got), len(want))
		return
	}
	for i := range want {
		if g, w := asJSON(t, got[i].Root), asJSON(t, want[i].Root); g != w {
			t.Errorf("%s: document %d differs: got\n%s\nwant\n%s", what, i, g, w)
		}
	}
}

func withRoot(docs []*tree.Document) (out []*tree.Document) {
	for _, d := range docs {
		if d.Root != nil {
			out = append(out, d)
		}
	}
	return out
}

const corpus = "../../../shared/corpus"

type origin struct {
	Origin string
	Accept *bool
}

func corpusIndex(t *testing.T) map[string]origin {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(corpus, "documents.json"))
	if err != nil {
		t.Skip("the corpus is not beside the checkout: ", err)
	}
	var index map[string]origin
	if err := json.Unmarshal(b, &index); err != nil {
		t.Fatal(err)
	}
	return index
}

// TestCorpusRoundTrip takes every accepted document there and back, and
// formats what it became.
func TestCorpusRoundTrip(t *testing.T) {
	index := corpusIndex(t)
	weftLines, yamlLines := 0, 0
	for hash, o := range index {
		b, err := os.ReadFile(filepath.Join(corpus, "documents", hash+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		docs, diags := yaml.Parse(source.NewFile(hash+".yaml", string(b)))
		text := weft.Convert(docs)
		if diags.Has(diag.Error) {
			continue // a duplicate key, say: there is no one document to compare with
		}
		if strings.HasPrefix(o.Origin, "examples/") {
			weftLines += codeLines(string(text))
			yamlLines += codeLines(string(b))
		}
		sameDocuments(t, o.Origin, compile(t, hash+".weft", string(text)), docs)
		formatted, diags := weft.Format(source.NewFile(hash+".weft", string(text)))
		if diags.Len() > 0 || !bytes.Equal(formatted, text) {
			t.Errorf("%s: fmt changes what convert wrote", o.Origin)
		}
	}
	ratio := float64(weftLines) / float64(yamlLines)
	t.Logf("%d documents; %d lines of YAML examples became %d, %.3f", len(index), yamlLines, weftLines, ratio)
	if ratio > 0.48 {
		t.Errorf("the examples take %.3f of the lines of their YAML, want at most 0.48", ratio)
	}
}

// codeLines counts the lines that are neither empty nor a comment.
func codeLines(text string) (n int) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			n++
		}
	}
	return n
}

// TestCorpusKeepsComments looks for every word of every comment.
func TestCorpusKeepsComments(t *testing.T) {
	for hash, o := range corpusIndex(t) {
		b, err := os.ReadFile(filepath.Join(corpus, "documents", hash+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		docs, _ := yaml.Parse(source.NewFile(hash+".yaml", string(b)))
		text := string(weft.Convert(docs))
		for _, d := range withRoot(docs) {
			for _, c := range d.Comments {
				if !strings.Contains(text, strings.TrimSpace(c.Text)) {
					t.Errorf("%s: the comment %q is lost", o.Origin, c.Text)
				}
			}
		}
	}
}
