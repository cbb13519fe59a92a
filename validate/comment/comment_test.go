package comment_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/yaml"
	"github.com/weft-lang/weft/validate/comment"
)

func read(name, text string) (*source.File, []comment.Comment) {
	f := source.NewFile(name, text)
	docs, _ := yaml.Parse(f)
	return f, comment.Read([]*source.File{f}, docs)
}

func TestRead(t *testing.T) {
	for _, tt := range []struct{ about, text, want string }{
		{"behind a value", "a: 1 # weft: ignore[x] why\nb: 2\n", `ignore ["x"] "why" about "a: 1 # weft: ignore[x] why\n"`},
		{"several arguments", "a: 1 # weft:ignore[x,y , z]\n", `ignore ["x" "y" "z"] "" about "a: 1 # weft:ignore[x,y , z]\n"`},
		{"no brackets", "a: 1 # weft: ignore x\n", `ignore [] "x" about "a: 1 # weft: ignore x\n"`},
		{"above an entry", "a: 1\n# weft: ignore[x] why\nb:\n  c: 2\nd: 3\n", `ignore ["x"] "why" about "b:\n  c: 2"`},
		{"above the first entry of a map in a map", "a:\n  # weft: ignore[x] why\n  b: 1\n  c: 2\n", `ignore ["x"] "why" about "b: 1"`},
		{"above an item", "a:\n# weft: ignore[x] why\n- b: 1\n  c: 2\n- d\n", `ignore ["x"] "why" about "b: 1\n  c: 2"`},
		{"above a document", "# weft: ignore[x] why\na: 1\nb: 2\n", `ignore ["x"] "why" about "a: 1\nb: 2"`},
		{"above a separator", "a: 1\n# weft: ignore[x] why\n---\nb: 2\n", `ignore ["x"] "why" about ""`},
		{"below everything", "a: 1\n# weft: ignore[x] why\n", `ignore ["x"] "why" about ""`},
		{"in a block of text", "a: |\n  # weft: ignore[x] why\n", ""},
		{"in quotes", "a: '# weft: ignore[x] why'\n", ""},
		{"for somebody else", "a: 1 # say weft: ignore[x]\n", ""},
		{"in a document that cannot be read", "a: [ # weft: ignore[x] why\n", `ignore ["x"] "why" about "a: [ # weft: ignore[x] why\n"`},
	} {
		_, comments := read("a.yaml", tt.text)
		var got []string
		for _, c := range comments {
			args := []string{}
			for _, a := range c.Args {
				args = append(args, a.Text)
			}
			got = append(got, fmt.Sprintf("%s %q %q about %q", c.Verb.Text, args, c.Text, c.Covers.Text()))
		}
		if g := strings.Join(got, "; "); g != tt.want {
			t.Errorf("%s: %s, want %s", tt.about, g, tt.want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("a.yaml", "# weft: ignore[x] why\na: 1 # weft: ignore[y]\n- b\n")
	f.Add("a.weft", "workflow a\n// weft: ignore[x, y] why\ncontainer b { image \"c\" } # weft: ignore[]\n")
	f.Fuzz(func(t *testing.T, name, text string) {
		file, comments := read(name, text)
		for _, c := range comments {
			spans := []source.Span{c.Span, c.Verb.Span, c.Covers, c.Extent()}
			for _, a := range c.Args {
				spans = append(spans, a.Span)
				if a.Span.Text() != a.Text {
					t.Errorf("%q is not at its place", a.Text)
				}
			}
			for _, s := range spans {
				if !s.IsZero() && (s.File != file || s.Start < 0 || s.Start > s.End || s.End > len(text)) {
					t.Errorf("place %v of %q", s, text)
				}
			}
		}
	})
}
