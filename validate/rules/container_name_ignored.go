package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var containerNameIgnored = validate.Rule{
	Name: "container-name-ignored", Group: validate.DeadWeight, Severity: diag.Info,
	Summary: "a container or script has a name of its own, which is overwritten",
	Why:     `The container of a template is always called main: logs and podSpecPatch know it by that name only. Remove the name.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    container: {name: build, image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for c := range podContainers(p) {
			n := c.node.Get("name")
			if name := n.Text(); c.isMain() && name != "" && name != "main" {
				p.Report(diag.Diagnostic{Span: n.Place(), Message: fmt.Sprintf("name %q has no effect: this container is called main", name)})
			}
		}
	},
}
