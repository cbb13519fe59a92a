package weft_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/weft"
	"github.com/weft-lang/weft/lang/yaml"
)

// snippets hold every construct once.
var snippets = []string{
	"workflow a-\nimport workflowTemplate w as x\nparam n: \"a\" | \"b\" = \"a\" { description \"d\" }\nartifact z \"/p\" { raw.data \"x\" }\non exit t()\n",
	"workflow a\ndag main(a, b: int = 3) {\n  x = t(v: a) for i in [1, 2] when a == \"b c\" && !(b < 3) after none { continueOn.failed true }\n  t(\"${x.result}\", art: x.artifacts.o) after (x.Failed || x)\n}\n",
	"workflow a\nsteps main {\n  parallel {\n    a = t()\n    b = container(c = \"1\") { image \"x\" } for m in matrix { os [\"a\", { b: 1 }], exclude [{ os: \"a\" }], include [{ os: \"c\" }] }\n  }\n  w.t() for i in sequence(count: 3) # c\n}\n",
	"cronWorkflow c\nschedule \"* * * * *\"\nworkflowSpec.suspend true\ncontainer x {\n  run bash <<-EOF\n    a\n\n     b\n    EOF\n  env { A \"${n}\", B { value 1.5e3 } }\n  retry 3 { backoff.duration 10s }\n  output param p \"/x\"\n  output artifact q = x\n  template.securityContext {}\n}\n",
	"manifest { \"a\": 1, \"b\": [true, null, \"\\u00e9\\n\"], c `raw` }\n# end\n",
	"workflow a\ncontainer a { image = \"x\" }\ncontaner b {\n args [\"x\"\n foo \"y\"\n}\ncontainer c(a {\n",
	"workflow a\ncontainer a { image “\\\\\\\\\\\\\\\\\\\\”",
	"workflow \"x.y\"\r\ncontainer a { # c\r\n  # d\r\n  image 'x', args [ # e\r\n 0755, ${a} ]\r\n}\r\n",
}

func seeds(f *testing.F) {
	for _, s := range snippets {
		f.Add(s)
	}
	files, _ := filepath.Glob("../../examples/*/*.weft")
	for _, name := range files {
		if b, err := os.ReadFile(name); err == nil {
			f.Add(string(b))
		}
	}
}

// checkSpans fails when a span does not lie in its file.
func checkSpans(t *testing.T, docs []*tree.Document, diags *diag.List) {
	t.Helper()
	inside := func(s source.Span) bool {
		return s.File == nil || 0 <= s.Start && s.Start <= s.End && s.End <= len(s.File.Text)
	}
	for _, d := range diags.Sorted() {
		if !inside(d.Span) {
			t.Errorf("%q is at [%d, %d)", d.Message, d.Span.Start, d.Span.End)
		}
		for _, fix := range d.Fixes {
			for _, e := range fix.Edits {
				if !inside(e.Span) {
					t.Errorf("fix %q is at [%d, %d)", fix.Title, e.Span.Start, e.Span.End)
				}
			}
		}
	}
	for _, d := range docs {
		for n := range d.Root.All() {
			if !inside(n.Span) || n.Span.IsZero() {
				t.Errorf("%s %q is at [%d, %d)", n.Kind, n.Value, n.Span.Start, n.Span.End)
			}
			if n.Kind == tree.String && len(n.Offsets) > 0 {
				if s := n.Source(0, len(n.Value)); !inside(s) || !n.Span.Contains(s) {
					t.Errorf("text %q at %v comes from %v", n.Value, n.Span, s)
				}
			}
		}
	}
}

// FuzzParse: whatever the text, nothing panics and every finding has a place.
func FuzzParse(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		docs, diags := tryCompile("fuzz.weft", text)
		checkSpans(t, docs, diags)
	})
}

// FuzzFormat: formatting changes nothing that compiling sees, and formatting
// again changes nothing at all.
func FuzzFormat(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		once, diags := weft.Format(source.NewFile("fuzz.weft", text))
		if diags.Len() > 0 {
			return
		}
		twice, diags := weft.Format(source.NewFile("fuzz.weft", string(once)))
		if diags.Len() > 0 {
			t.Fatalf("%q\nbecame\n%s\nwhich does not parse: %v", text, once, diags.Sorted()[0].Message)
		}
		if !bytes.Equal(once, twice) {
			t.Fatalf("%q\nfirst\n%s\nthen\n%s", text, once, twice)
		}
		before, _ := tryCompile("fuzz.weft", text)
		after, _ := tryCompile("fuzz.weft", string(once))
		sameTrees(t, before, after)
	})
}

func sameTrees(t *testing.T, a, b []*tree.Document) {
	t.Helper()
	if len(a) != len(b) {
		t.Fatalf("%d documents became %d", len(a), len(b))
	}
	for i := range a {
		if x, y := string(yaml.JSON(a[i].Root)), string(yaml.JSON(b[i].Root)); x != y {
			t.Fatalf("compiles to\n%s\nthen to\n%s", x, y)
		}
	}
}

// FuzzConvert: any YAML goes to .weft and comes back.
func FuzzConvert(f *testing.F) {
	for _, s := range snippets {
		if docs, diags := tryCompile("seed.weft", s); !diags.Has(diag.Error) {
			for _, d := range docs {
				f.Add(string(yaml.Print(d.Root)))
			}
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		docs, diags := yaml.Parse(source.NewFile("fuzz.yaml", text))
		if diags.Has(diag.Error) {
			return
		}
		for _, d := range withRoot(docs) {
			if d.Root.Kind != tree.Map {
				return
			}
		}
		out := weft.Convert(docs)
		back, diags := tryCompile("fuzz.weft", string(out))
		if diags.Has(diag.Error) {
			t.Fatalf("%q\nbecame\n%s\nwhich does not compile: %v", text, out, diags.Sorted()[0].Message)
		}
		sameDocuments(t, string(out), back, docs)
	})
}
