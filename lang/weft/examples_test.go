package weft_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weft-lang/weft/lang/langtest"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/weft"
	"github.com/weft-lang/weft/lang/yaml"
)

// loadBeside reads imports relative to the importing file.
func loadBeside(path string, from *source.File) (*source.File, error) {
	name := filepath.Join(filepath.Dir(from.Name), path)
	return source.Read(os.DirFS("/"), strings.TrimPrefix(name, "/"), name)
}

// TestExamples keeps every example formatted, free of findings, and with its
// compiled YAML beside it, unless a file of weft golden holds that.
func TestExamples(t *testing.T) {
	files, err := filepath.Glob("../../examples/*/*.weft")
	if err != nil || len(files) == 0 {
		t.Fatal("there are no examples", err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) { checkExample(t, name) })
	}
}

func checkExample(t *testing.T, name string) {
	abs, err := filepath.Abs(name)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(abs)
	if err != nil {
		t.Fatal(err)
	}
	f := source.NewFile(abs, string(b))
	ast, diags := weft.Parse(f)
	docs, more := weft.Lower(ast, weft.Options{Load: loadBeside})
	diags.Append(more)
	for _, d := range diags.Sorted() {
		t.Errorf("%s: %s", d.Span, d.Message)
	}
	formatted := string(weft.Print(ast))
	var parts []string
	for _, d := range docs {
		parts = append(parts, string(yaml.Print(d.Root)))
	}
	golden := strings.TrimSuffix(abs, ".weft") + ".yaml"
	compiled := strings.Join(parts, "---\n")
	if _, err := os.Stat(abs + ".golden"); err == nil || ast.Library() {
		langtest.Equal(t, name, formatted, f.Text)
		return
	}
	if langtest.Updating() {
		for file, text := range map[string]string{abs: formatted, golden: compiled} {
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	langtest.Equal(t, name, formatted, f.Text)
	langtest.Equal(t, golden, compiled, string(want))
}
