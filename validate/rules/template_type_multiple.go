package rules

import (
	"fmt"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var templateTypeMultiple = validate.Rule{
	Name: "template-type-multiple", Group: validate.Structure, Severity: diag.Error, Argo: diag.Error,
	Summary: "a template does more than one thing",
	Why: `A template is one of container, script, steps, dag and so on. To do several things, write a template for each and
call them from one with steps or dag.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: deploy-}
spec:
  entrypoint: deploy
  templates:
  - name: deploy
    suspend: {duration: 1h}
    container: {image: "alpine/k8s:1.35.0", command: [kubectl, apply, -f, app.yaml]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: deploy-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: wait, template: wait}
    - - {name: deploy, template: deploy}
  - name: wait
    suspend: {duration: 1h}
  - name: deploy
    container: {image: "alpine/k8s:1.35.0", command: [kubectl, apply, -f, app.yaml]}
`,
	Check: func(p *validate.Pass) {
		for t := range usedTemplates(p) {
			if len(t.Types) > 1 {
				reportTypes(p, t)
			}
		}
	},
}

// reportTypes reports every type key but the one that stands first in the source.
func reportTypes(p *validate.Pass, t *ir.Template) {
	first := keyPlace(t.Node, t.Types[0].Key())
	firstType := t.Types[0]
	for _, typ := range t.Types {
		if at := keyPlace(t.Node, typ.Key()); at.Start < first.Start {
			first, firstType = at, typ
		}
	}
	for _, typ := range t.Types {
		if typ == firstType {
			continue
		}
		p.Report(diag.Diagnostic{
			Span:    keyPlace(t.Node, typ.Key()),
			Message: fmt.Sprintf("%s is already of type %s and cannot be of type %s too", t.Describe(), firstType.Key(), typ.Key()),
			Help:    "write a template for each, and call them from one with steps or dag",
			Related: []diag.Related{{Span: first, Message: "the first type stands here"}},
		})
	}
}
