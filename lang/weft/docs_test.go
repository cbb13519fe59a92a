package weft_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/weft-lang/weft/lang/langtest"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/weft"
)

// TestDocs compiles every snippet of the language page and keeps it formatted.
func TestDocs(t *testing.T) {
	b, err := os.ReadFile("../../docs/language.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(b), "\n```weft\n")[1:]
	if len(blocks) == 0 {
		t.Fatal("there are no snippets")
	}
	for i, block := range blocks {
		text, _, _ := strings.Cut(block, "```")
		name := fmt.Sprintf("language.md snippet %d", i+1)
		if docs := compile(t, name, text); len(docs) == 0 {
			t.Errorf("%s makes no document", name)
		}
		formatted, _ := weft.Format(source.NewFile(name, text))
		langtest.Equal(t, name, string(formatted), text)
	}
}
