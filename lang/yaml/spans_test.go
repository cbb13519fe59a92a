package yaml_test

import (
	"strings"
	"testing"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/yaml"
)

// Wherever a scalar holds {{tag}}, its place in the file is found exactly.
func TestTagPlaces(t *testing.T) {
	for _, text := range []string{
		"a: x {{tag}} y\n",
		"a: '{{tag}}'\n",
		"a: 'it''s {{tag}}'\n",
		`a: "\t\u00e9 {{tag}}"` + "\n",
		"a: x\n  y {{tag}} z\n",
		"a: 'x\n\n  {{tag}}'\n",
		"a: |\n  echo\n\n    é {{tag}}\n",
		"a: |2+\n    {{tag}}\n\n",
		"a: >-\n  x\n  y {{tag}}\n",
		"a: >\n\n  x\n\n    y\n  {{tag}}\n",
		"\ufeffa: {{tag}}"[:6] + "'{{tag}}'\n",
		"x: 1\n---\na: \"x\\\n  {{tag}}\"\n",
		`{"a": "\ud83d\ude00 {{tag}}"}`,
	} {
		for _, lineBreak := range []string{"\n", "\r\n", "\r"} {
			if lineBreak != "\n" && strings.Contains(text, "---") {
				continue
			}
			f := source.NewFile("f.yaml", strings.ReplaceAll(text, "\n", lineBreak))
			docs, findings := yaml.Parse(f)
			if findings.Len() > 0 {
				t.Errorf("%q: %v", f.Text, findings.Sorted())
				continue
			}
			n := docs[len(docs)-1].Root.Get("a")
			i := strings.Index(n.Value, "{{tag}}")
			if i < 0 {
				t.Errorf("%q: value %q", f.Text, n.Value)
				continue
			}
			if got := n.Source(i, i+len("{{tag}}")).Text(); got != "{{tag}}" {
				t.Errorf("%q: tag at %q", f.Text, got)
			}
		}
	}
}

func TestSpans(t *testing.T) {
	const text = "a:\n  b: [c, {d: e}] # f\n  g:\nh:\n- i\n- |\n  j\n\nk: &x {l: m}\no: *x\n"
	docs, findings := yaml.Parse(source.NewFile("f.yaml", text))
	if findings.Len() > 0 {
		t.Fatal(findings.Sorted())
	}
	root := docs[0].Root
	for _, test := range []struct {
		node *tree.Node
		want string
	}{
		{root, strings.TrimSuffix(text, "\n")},
		{root.Get("a"), "b: [c, {d: e}] # f\n  g:"},
		{root.At("a", "b"), "[c, {d: e}]"},
		{root.At("a", "b").Items[1], "{d: e}"},
		{root.At("a", "g"), ""},
		{root.Get("h"), "- i\n- |\n  j"},
		{root.Get("h").Items[1], "|\n  j"},
		{root.Get("k"), "{l: m}"},
		{root.Get("o"), "{l: m}"},
		{root.Entry("k").Key, "k"},
	} {
		if got := test.node.Span.Text(); got != test.want {
			t.Errorf("span is %q, want %q", got, test.want)
		}
	}
	if got := root.Get("o").Place().Text(); got != "*x" {
		t.Errorf("alias at %q", got)
	}
	if g := root.At("a", "g").Span; text[g.Start-1] != ':' {
		t.Errorf("absent value at %d", g.Start)
	}
}

func TestMergedEntries(t *testing.T) {
	docs, findings := parse("a: &a {b: 1}\nc:\n  d: 2\n  <<: *a\n")
	if findings.Len() > 0 {
		t.Fatal(findings.Sorted())
	}
	c := docs[0].Root.Get("c")
	if got := string(yaml.JSON(c)); got != `{"d":2,"b":1}` {
		t.Error(got)
	}
	if c.Entry("d").Merged || !c.Entry("b").Merged {
		t.Error("Merged does not tell which entries came in through the merge key")
	}
}

func TestLimits(t *testing.T) {
	for name, text := range map[string]string{
		"size":  strings.Repeat("#", 21<<20),
		"flow":  strings.Repeat("[", 1<<20),
		"block": strings.Repeat("- ", 1<<20),
		"json":  strings.Repeat("[", 1000) + strings.Repeat("]", 1000),
		"bomb":  "a: &a [" + strings.Repeat("x,", 100) + "]\nb: &b [" + strings.Repeat("*a,", 100) + "]\nc: [" + strings.Repeat("*b,", 1000) + "]\n",
	} {
		_, findings := yaml.Parse(source.NewFile(name, text))
		if !findings.Has(diag.Error) {
			t.Errorf("%s: accepted", name)
			continue
		}
		if got := findings.Sorted()[0].Rule; got != yaml.RuleLimits {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestEncodings(t *testing.T) {
	for text, want := range map[string]string{
		"a: \xff\n":                     `byte 0xFF is not UTF-8`,
		"a: \x00\n":                     "control character U+0000 is not allowed",
		"\xff\xfea\x00:\x00":            "the file is UTF-16",
		`{"a": "` + "\xff" + `"}`:       `byte 0xFF is not UTF-8`,
		"a: 1\n---\nb: \x7f\n---\nc: 1": "control character U+007F is not allowed",
	} {
		docs, findings := parse(text)
		all := findings.Sorted()
		if len(all) != 1 || all[0].Message != want || all[0].Rule != yaml.RuleEncoding {
			t.Errorf("%q: %+v", text, all)
		}
		if len(docs) != strings.Count(text, "---")+1 {
			t.Errorf("%q: %d documents", text, len(docs))
		}
	}
}

func TestSortedJSON(t *testing.T) {
	docs, _ := parse(`b: {d: "<&>", c: "\u2028\b\x01"}` + "\na: !!binary /w==\n")
	got := string(yaml.JSONOptions{Sorted: true}.Append(nil, docs[0].Root))
	if want := `{"a":"` + "\ufffd" + `","b":{"c":"\u2028\b\u0001","d":"<&>"}}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Comments of a piece without content go to the next document, or to the last.
func TestCommentsMoveToDocuments(t *testing.T) {
	docs, findings := parse("# one\n---\na: 1 # two\n---\n# three\n")
	if findings.Len() > 0 || len(docs) != 1 {
		t.Fatal(docs, findings.Sorted())
	}
	var texts []string
	for _, c := range docs[0].Comments {
		texts = append(texts, c.Text)
	}
	if got := strings.Join(texts, ","); got != "one,two,three" {
		t.Error(got)
	}
}
