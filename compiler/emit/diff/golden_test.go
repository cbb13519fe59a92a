package diff_test

import (
	"strings"
	"testing"

	"github.com/weft-lang/weft/compiler"
	"github.com/weft-lang/weft/compiler/emit/diff"
	"github.com/weft-lang/weft/compiler/emit/pods"
	"github.com/weft-lang/weft/lang/langtest"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/yaml"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/rules"
)

func TestGolden(t *testing.T) {
	langtest.Run(t, "../../../testdata/diff/*.txtar", func(t *testing.T, in map[string]string) map[string]string {
		read := func(name string) []*tree.Document {
			docs, findings := yaml.Parse(source.NewFile(name, in[name]))
			for _, d := range findings.Sorted() {
				t.Errorf("%s: %s", d.Span, d.Message)
			}
			return docs
		}
		before, after := read("before.yaml"), read("after.yaml")
		if d := diff.Compare(before, before); len(d) > 0 {
			t.Errorf("before.yaml differs from itself: %+v", d)
		}
		out := map[string]string{}
		objects := diff.CompareVersions(version(before), version(after))
		for name, print := range diff.Formats {
			var b strings.Builder
			if err := print(&b, objects, diff.Style{}); err != nil {
				t.Error(err)
			}
			out[name] = b.String()
		}
		return out
	})
}

// version is what documents say and, if they have no errors, what they run.
func version(docs []*tree.Document) diff.Version {
	v := diff.Version{Documents: docs}
	if result := validate.Check(compiler.Bind(docs), validate.Options{Rules: rules.All()}); result.Checked != nil {
		v.Manifests, _ = pods.Render(result.Checked, "", pods.Options{FirstTurns: true})
	}
	return v
}
