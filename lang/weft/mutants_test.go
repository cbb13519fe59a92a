package weft_test

import (
	"bytes"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/weft"
	"github.com/weft-lang/weft/lang/yaml"
)

// examples are the YAML trees that the mutations start from.
func examples(t *testing.T) map[string]*tree.Node {
	t.Helper()
	out := map[string]*tree.Node{}
	for _, pattern := range []string{"../../examples/*/*.yaml", corpus + "/documents/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			docs, diags := yaml.Parse(source.NewFile(name, string(b)))
			if docs = withRoot(docs); !diags.Has(diag.Error) && len(docs) > 0 && docs[0].Root.Kind == tree.Map {
				out[filepath.Base(name)] = docs[0].Root
			}
		}
	}
	if len(out) == 0 {
		t.Fatal("there is nothing to mutate")
	}
	return out
}

// odd are texts that mean something somewhere in the language.
var odd = []string{
	"", "none", "parallel", "template", "on", "param", "a b", "${x}", "$${x}", "{{inputs.parameters.x}}", "{{item}}",
	"steps", "10s", "1e3", "true", "x\ny\n", "x\ny", " x\n\n y\n\n", "EOF\nEOF1 \n", "\t", "é\u0085", "a-", "-a", "1",
	"main", "name", "env", "metadata", "spec", "retry", "run", "item", "workflow", "suspend", "container",
	"{{tasks.a.status}}", "(a)", "a && b", "'x' == x", "null",
}

type mutator struct{ *rand.Rand }

func (m mutator) word() string { return odd[m.IntN(len(odd))] }

func (m mutator) text() *tree.Node { return &tree.Node{Kind: tree.String, Value: m.word()} }

// mutate copies n with a few random changes.
func (m mutator) mutate(n *tree.Node) *tree.Node {
	switch m.IntN(100) {
	case 0:
		return m.text()
	case 1:
		others := []*tree.Node{
			{Kind: tree.Map}, {Kind: tree.List}, {Kind: tree.Null, Value: "null"}, {Kind: tree.Int, Value: "7"},
			{Kind: tree.Bool, Value: "true"}, {Kind: tree.Float, Value: "1.5"},
		}
		return others[m.IntN(len(others))]
	}
	c := &tree.Node{Kind: n.Kind, Style: n.Style, Value: n.Value}
	add := func(key string, v *tree.Node) {
		if c.Get(key) == nil {
			c.Entries = append(c.Entries, tree.Entry{Key: &tree.Node{Kind: tree.String, Value: key}, Value: v})
		}
	}
	for _, e := range n.Entries {
		switch m.IntN(80) {
		case 0: // drop
		case 1:
			add(m.word(), m.mutate(e.Value))
		case 2:
			add(m.word(), m.text())
			add(e.Key.Value, m.mutate(e.Value))
		default:
			add(e.Key.Value, m.mutate(e.Value))
		}
	}
	for _, it := range n.Items {
		switch m.IntN(40) {
		case 0: // drop
		case 1:
			c.Items = append(c.Items, m.mutate(it), m.mutate(it))
		default:
			c.Items = append(c.Items, m.mutate(it))
		}
	}
	return c
}

// TestMutantsRoundTrip converts documents that are wrong in all sorts of ways:
// conversion is total, and what it writes is formatted already.
func TestMutantsRoundTrip(t *testing.T) {
	m := mutator{rand.New(rand.NewPCG(1, 2))}
	roots := examples(t)
	for _, name := range slices.Sorted(maps.Keys(roots)) {
		for range 2 {
			root := roots[name]
			docs := []*tree.Document{{Root: m.mutate(root)}}
			if docs[0].Root.Kind != tree.Map {
				continue
			}
			text := weft.Convert(docs)
			sameDocuments(t, name, compile(t, name, string(text)), docs)
			formatted, diags := weft.Format(source.NewFile(name, string(text)))
			if diags.Len() > 0 || !bytes.Equal(formatted, text) {
				t.Errorf("%s: fmt changes what convert wrote:\n%s", name, text)
			}
			if t.Failed() {
				return
			}
		}
	}
}

// TestCommentsAnywhere sprinkles comments over a file: formatting loses none,
// changes no meaning, and is done after one pass.
func TestCommentsAnywhere(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	tried := 0
	roots := examples(t)
	for _, name := range slices.Sorted(maps.Keys(roots)) {
		docs := []*tree.Document{{Root: roots[name]}}
		text, n := sprinkle(r, string(weft.Convert(docs)))
		once, diags := weft.Format(source.NewFile(name, text))
		if diags.Len() > 0 {
			continue // a comment landed in a text
		}
		tried++
		twice, _ := weft.Format(source.NewFile(name, string(once)))
		if !bytes.Equal(once, twice) {
			t.Errorf("%s: first\n%s\nthen\n%s", name, once, twice)
		}
		if got := strings.Count(string(once), mark); got != n {
			t.Errorf("%s: %d of %d comments are left", name, got, n)
		}
		sameDocuments(t, name, compile(t, name, string(once)), docs)
	}
	if tried == 0 {
		t.Error("nothing was tried")
	}
}

const mark = "#%"

// sprinkle adds comments to text wherever a line ends outside of heredocs.
func sprinkle(r *rand.Rand, text string) (out string, n int) {
	var b strings.Builder
	tag := ""
	for line := range strings.Lines(text) {
		trimmed := strings.TrimSpace(line)
		if tag != "" {
			b.WriteString(line)
			if strings.HasPrefix(trimmed, tag) {
				tag = ""
			}
			continue
		}
		if i := strings.LastIndex(trimmed, "<<"); i >= 0 && !strings.HasSuffix(trimmed, `"`) {
			tag = strings.TrimLeft(trimmed[i:], "<-")
		}
		if r.IntN(6) == 0 {
			n++
			b.WriteString("  # " + mark + "\n" + strings.Repeat("\n", r.IntN(2)))
		}
		if tag == "" && r.IntN(5) == 0 {
			n++
			line = strings.TrimSuffix(line, "\n") + " // " + mark + "\n"
		}
		b.WriteString(line)
	}
	return b.String(), n
}
