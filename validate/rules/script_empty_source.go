package rules

import (
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var scriptEmptySource = validate.Rule{
	Name: "script-empty-source", Group: validate.Scripts, Severity: diag.Warning,
	Summary: "a script is empty",
	Why:     `The step starts a Pod that does nothing and succeeds. Write the script, or remove the template.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    script: {image: "alpine:3.23", command: [sh], source: ""}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    script: {image: "alpine:3.23", command: [sh], source: date}
`,
	Check: func(p *validate.Pass) {
		for c := range podContainers(p) {
			source := c.node.Get("source")
			if c.part != "script" || c.isDefault() || strings.TrimSpace(source.Text()) != "" {
				continue
			}
			if len(c.node.Get("args").List()) > 0 {
				continue // the program works with those
			}
			if d := c.object.Spec.Defaults; d != nil && d.Node.At("script", "source").Text() != "" {
				continue
			}
			p.Report(diag.Diagnostic{Span: valuePlace(c.node, "source"), Message: c.describe() + " is empty"})
		}
	},
}
