package weft

import (
	"testing"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
)

func TestUnquote(t *testing.T) {
	tests := []struct{ lit, want string }{
		{`""`, ""},
		{`"a\"b\\\/\n\té"`, "a\"b\\/\n\té"},
		{`"\ud83d\ude00"`, "😀"},
		{`"\ud83d"`, "�"},
		{`"a\qb"`, `a\qb`},
		{"`a\"\\n${x}`", `a"\n${x}`},
		{"`a\r\nb`", "a\nb"},
		{"<<EOF\n    a\n\n      b\n    EOF", "a\n\n  b\n"},
		{"<<-EOF\n    a\n    b\n    EOF", "a\nb"},
		{"<<EOF\r\n  a\r\n  EOF", "a\n"},
		{"<<EOF\nEOF", ""},
		{"<<EOF\n\nEOF", "\n"},
		{"10s", "10s"},
	}
	for _, tt := range tests {
		if got := unquote(tt.lit, 0).String(); got != tt.want {
			t.Errorf("unquote(%q) = %q, want %q", tt.lit, got, tt.want)
		}
	}
}

// TestQuote: what quote writes reads back as the same text.
func TestQuote(t *testing.T) {
	for _, text := range []string{"", "a", "${x}", "$${x}", "$$${", "\"\\\n\t\r\x00\x7f\u2028é😀", "{{item}}", "a$"} {
		f := source.NewFile("a.weft", "workflow a\nlabels.x "+quote(text)+"\n")
		file, diags := Parse(f)
		docs, more := Lower(file, Options{})
		diags.Append(more)
		if diags.Len() > 0 || len(docs) != 1 {
			t.Fatalf("%q: %v", text, diags.Sorted())
		}
		if got := docs[0].Root.At("metadata", "labels", "x").Text(); got != text {
			t.Errorf("%q comes back as %q", text, got)
		}
	}
}

func TestHeredoc(t *testing.T) {
	for _, text := range []string{"a\n", "a\nb", "\n\na\n\n", "  a\n b\n", "EOF\nEOF1\n", "\tEOF \nx\n", "a\n   \nb\n"} {
		if got := unquote(heredoc(text), 0).String(); got != text {
			t.Errorf("%q comes back as %q", text, got)
		}
	}
}

// TestOffsets: every byte of a text leads back to where it was written.
func TestOffsets(t *testing.T) {
	const head = "workflow a\nlabels.x "
	tests := []struct {
		lit        string
		start, end int
		want       string
	}{
		{`"one two"`, 4, 7, "two"},
		{`"a\nbc"`, 1, 2, `\n`},
		{`"a\nbc"`, 2, 4, "bc"},
		{`"x ${workflow.name} y"`, 2, 19, "${workflow.name}"},
		{`"x ${workflow.name} y"`, 20, 21, "y"},
		{"<<EOF\n    one\n    {{two}}\n    EOF", 4, 11, "{{two}}"},
		{"`raw text`", 4, 8, "text"},
	}
	for _, tt := range tests {
		file, _ := Parse(source.NewFile("a.weft", head+tt.lit+"\n"))
		docs, _ := Lower(file, Options{})
		n := docs[0].Root.At("metadata", "labels", "x")
		if got := n.Source(tt.start, tt.end).Text(); got != tt.want {
			t.Errorf("%s[%d:%d] comes from %q, want %q", tt.lit, tt.start, tt.end, got, tt.want)
		}
	}
}

func TestCanonicalNumber(t *testing.T) {
	tests := map[string]string{
		"0": "0", "-0": "-0", "-0.0": "-0", "12": "12", "1.50": "1.5", "1e3": "1000", "1E21": "1e+21", "1e-7": "1e-7", "-2.5e-10": "-2.5e-10",
	}
	for lit, want := range tests {
		if got := canonicalNumber(lit); got != want {
			t.Errorf("canonicalNumber(%q) = %q, want %q", lit, got, want)
		}
	}
}

func TestNearest(t *testing.T) {
	tests := []struct{ name, want string }{
		{"aftr", "after"}, {"wehn", "when"}, {"afer", "after"}, {"x", ""}, {"foot", ""}, {"after", ""},
	}
	for _, tt := range tests {
		if got, _ := nearest(tt.name, modifiers); got != tt.want {
			t.Errorf("nearest(%q) = %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestCycles: dependencies on a cycle are all kept.
func TestCycles(t *testing.T) {
	file, diags := Parse(source.NewFile("a.weft", `workflow a
dag main {
  a = t(x: b.result)
  b = t(x: a.result)
  c = t(x: "${a.result}${b.result}")
}
container t(x) { image "busybox:1.36" }
`))
	docs, more := Lower(file, Options{})
	diags.Append(more)
	if diags.Has(diag.Error) {
		t.Fatal(diags.Sorted())
	}
	want := []string{"b", "a", "a && b"}
	for i, task := range docs[0].Root.At("spec", "templates").List()[0].At("dag", "tasks").List() {
		if got := task.Get("depends").Text(); got != want[i] {
			t.Errorf("task %d depends on %q, want %q", i, got, want[i])
		}
	}
}

// TestNodesNest: the place of a value lies within the place of the template
// that it belongs to.
func TestNodesNest(t *testing.T) {
	f := source.NewFile("a.weft", "workflow a\ncontainer t(x = \"1\") {\n  image \"b\"\n  env { A x, B.value \"2\" }\n  run `x`\n  retry 2\n}\n")
	file, _ := Parse(f)
	docs, _ := Lower(file, Options{})
	template := docs[0].Root.At("spec", "templates").List()[0]
	for n := range template.All() {
		if !template.Span.Contains(n.Span) {
			t.Errorf("%s %q stands at %v, outside of its template", n.Kind, n.Value, n.Span)
		}
	}
	if n := template.At("container", "env").List()[1].Get("value"); n.Kind != tree.String || n.Span.Text() != `"2"` {
		t.Errorf("the value of B is %q at %q", n.Value, n.Span.Text())
	}
}

func BenchmarkBuildGrammar(b *testing.B) {
	for b.Loop() {
		buildGrammar()
	}
}
