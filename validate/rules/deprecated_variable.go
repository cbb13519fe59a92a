package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var deprecatedVariable = validate.Rule{
	Name: "deprecated-variable", Group: validate.Migration, Severity: diag.Info,
	Summary: "a tag is written in its old form",
	Why: `workflow.parameters, workflow.labels and workflow.annotations as a whole are JSON text under that name in tags, but maps in
expressions. The forms that end in .json mean the text in both.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: print-}
spec:
  entrypoint: print
  arguments: {parameters: [{name: text, value: hello}]}
  templates:
  - name: print
    container: {image: "alpine:3.23", command: [echo, "{{workflow.parameters}}"]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: print-}
spec:
  entrypoint: print
  arguments: {parameters: [{name: text, value: hello}]}
  templates:
  - name: print
    container: {image: "alpine:3.23", command: [echo, "{{workflow.parameters.json}}"]}
`,
	Check: func(p *validate.Pass) {
		for _, o := range p.Project.Objects {
			if o.Spec == nil {
				continue
			}
			for t := range specTags(p, o) {
				switch t.Key {
				case "workflow.parameters", "workflow.labels", "workflow.annotations":
					at := t.keySpan(0, len(t.Key))
					p.Report(diag.Diagnostic{
						Span: at, Message: fmt.Sprintf("{{%s}} has a form that works in expressions as well", t.Key), Help: "write {{" + t.Key + ".json}}",
						Fixes: []diag.Fix{{Title: "write " + t.Key + ".json", Safe: true, Edits: []diag.Edit{{Span: at, New: t.Key + ".json"}}}},
					})
				}
			}
		}
	},
}
