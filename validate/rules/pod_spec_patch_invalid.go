package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/yaml"
	"github.com/weft-lang/weft/validate"
)

var podSpecPatchInvalid = validate.Rule{
	Name: "pod-spec-patch-invalid", Group: validate.Pods, Severity: diag.Error,
	Summary: "a podSpecPatch is not YAML, or not an object",
	Why:     `The patch is applied to the finished Pod; when it cannot be read, the step ends in an error. Write it as a part of a PodSpec.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    podSpecPatch: '{"containers": [{"name": "main"}'
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    podSpecPatch: '{"containers": [{"name": "main"}]}'
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for n := range podSpecPatches(p) {
			if strings.HasPrefix(strings.TrimSpace(n.Text()), "{{") {
				continue
			}
			checkPatch(p, n)
		}
	},
}

// podSpecPatches yields the patches of specs and templates.
func podSpecPatches(p *validate.Pass) func(func(*tree.Node) bool) {
	return func(yield func(*tree.Node) bool) {
		for _, o := range p.Project.Objects {
			if o.Spec == nil {
				continue
			}
			for _, n := range []*tree.Node{o.Spec.Node.Get("podSpecPatch"), o.Spec.Node.At("artifactGC", "podSpecPatch")} {
				if strings.TrimSpace(n.Text()) != "" && !yield(n) {
					return
				}
			}
		}
		for _, t := range podTemplates(p) {
			if n := t.Node.Get("podSpecPatch"); strings.TrimSpace(n.Text()) != "" && !yield(n) {
				return
			}
		}
	}
}

func checkPatch(p *validate.Pass, n *tree.Node) {
	docs, findings := yaml.Parse(source.NewFile("patch", withoutTags(n.Text())))
	for _, d := range findings.Sorted() {
		if d.Rule == yaml.RuleSyntax {
			// A tag may stand for more than a word, but not on the way to a fault before it.
			if i := strings.Index(n.Text(), "{{"); i >= 0 && i < d.Span.End {
				return
			}
			p.Report(diag.Diagnostic{Span: n.Source(d.Span.Start, d.Span.End), Message: "the patch is not YAML: " + d.Message, Help: d.Help})
			return
		}
	}
	if len(docs) > 0 && docs[0].Root != nil && docs[0].Root.Kind != tree.Map {
		p.Reportf(n.Place(), "%s", fmt.Sprintf("the patch is a %s, not a part of a PodSpec", docs[0].Root.Kind))
	}
}
