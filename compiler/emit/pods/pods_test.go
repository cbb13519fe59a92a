package pods_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/weft-lang/weft/compiler"
	"github.com/weft-lang/weft/compiler/emit/pods"
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/langtest"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/yaml"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/rules"
)

// check reads and judges a text, nil when it has errors.
func check(name, text string) (*ir.Checked, []diag.Diagnostic) {
	docs, front := yaml.Parse(source.NewFile(name, text))
	settings := validate.Settings{Target: validate.ForWeft}
	result := validate.Check(compiler.Bind(docs), validate.Options{
		Rules: rules.All(), Front: front, Settings: func(string) *validate.Settings { return &settings },
	})
	return result.Checked, result.Findings.Sorted()
}

func TestGolden(t *testing.T) {
	langtest.Run(t, "../../../testdata/pods/*.txtar", func(t *testing.T, in map[string]string) map[string]string {
		checked, findings := check("in.yaml", in["in.yaml"])
		if checked == nil {
			t.Fatalf("the input has errors: %v", findings)
		}
		out := map[string]string{}
		for name, o := range map[string]pods.Options{"pods.yaml": {}, "standins.yaml": {StandIns: true}} {
			all, findings := pods.Render(checked, "", o)
			var b strings.Builder
			for _, d := range findings {
				fmt.Fprintf(&b, "# %s: %s\n", d.Span, d.Message)
			}
			out[name] = b.String() + string(pods.YAML(all))
		}
		return out
	})
}

// TestCorpus shows the Pods of what the reference accepts.
func TestCorpus(t *testing.T) {
	files, err := filepath.Glob("../../../../shared/corpus/documents/*.yaml")
	if err != nil || len(files) == 0 {
		t.Skip("there is no corpus")
	}
	made := 0
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		checked, _ := check(filepath.Base(name), string(text))
		if checked == nil {
			continue
		}
		for _, o := range []pods.Options{{FirstTurns: true}, {FirstTurns: true, StandIns: true}} {
			all, findings := pods.Render(checked, "", o)
			again, _ := pods.Render(checked, "", o)
			if !bytes.Equal(pods.YAML(all), pods.YAML(again)) {
				t.Errorf("%s: two renderings differ", name)
			}
			for _, d := range findings {
				t.Errorf("%s: %s", d.Span, d.Message)
			}
			for _, m := range all {
				made += len(m.Objects)
			}
		}
	}
	if made < 1000 {
		t.Errorf("only %d objects", made)
	}
}

// FuzzRender holds that whatever passes the check has Pods that can be shown: as
// documents that can be read again, the same each time.
func FuzzRender(f *testing.F) {
	stories, err := filepath.Glob("../../../testdata/pods/*.txtar")
	if err != nil || len(stories) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, name := range stories {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(archive.Files[0].Data))
	}
	f.Fuzz(func(t *testing.T, text string) {
		checked, _ := check("in.yaml", text)
		if checked == nil {
			return
		}
		for _, o := range []pods.Options{{FirstTurns: true}, {FirstTurns: true, StandIns: true, Idle: true}} {
			all, _ := pods.Render(checked, "", o)
			again, _ := pods.Render(checked, "", o)
			printed := pods.YAML(all)
			if !bytes.Equal(printed, pods.YAML(again)) {
				t.Fatal("two renderings differ")
			}
			objects := 0
			for _, m := range all {
				objects += len(m.Objects)
			}
			docs, findings := yaml.Parse(source.NewFile("out.yaml", string(printed)))
			read := slices.DeleteFunc(docs, func(d *tree.Document) bool { return d.Root == nil })
			if findings.Has(diag.Error) || len(read) != objects {
				t.Fatalf("%d objects are read as %d: %v\n%s", objects, len(read), findings.Sorted(), printed)
			}
		}
	})
}
