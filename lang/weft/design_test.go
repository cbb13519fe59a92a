package weft_test

import (
	"os"
	"strings"
	"testing"

	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/weft"
	"github.com/weft-lang/weft/lang/yaml"
)

// TestDesign holds what the design of the language promises of its examples:
// each is the YAML beside it, and they take 232 lines. Those are real workflows
// of others, which is why they stand outside of the project.
func TestDesign(t *testing.T) {
	b, err := os.ReadFile("../../../shared/spec/language.md")
	if err != nil {
		t.Skip("the design of the language is not beside the checkout: ", err)
	}
	_, text, _ := strings.Cut(string(b), "\n## 12. ")
	sections := strings.Split(text, "\n### ")[1:]
	if len(sections) != 12 {
		t.Errorf("%d examples, want 12", len(sections))
	}
	lines := 0
	for _, section := range sections {
		name, _, _ := strings.Cut(section, ":")
		ours, theirs := fenced(section, "weft"), fenced(section, "yaml")
		lines += codeLines(ours)
		want, diags := yaml.Parse(source.NewFile(name, theirs))
		if diags.Len() > 0 || len(want) == 0 {
			t.Errorf("%s: the YAML cannot be read", name)
		}
		formatted, _ := weft.Format(source.NewFile(name, ours))
		texts(want)
		for _, text := range []string{ours, string(formatted)} {
			got := compile(t, name, text)
			texts(got)
			sameDocuments(t, name, got, want)
		}
	}
	if lines > 232 {
		t.Errorf("the examples take %d lines, want at most 232", lines)
	}
}

// texts makes texts of numbers: the limit of a retry may be either.
func texts(docs []*tree.Document) {
	for _, d := range docs {
		for n := range d.Root.All() {
			if n.Kind == tree.Int || n.Kind == tree.Float {
				n.Kind = tree.String
			}
		}
	}
}

// fenced is the block of code of a language in a text.
func fenced(text, language string) string {
	_, block, _ := strings.Cut(text, "\n```"+language+"\n")
	block, _, _ = strings.Cut(block, "```")
	return block
}
