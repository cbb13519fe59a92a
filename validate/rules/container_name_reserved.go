package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var containerNameReserved = validate.Rule{
	Name: "container-name-reserved", Group: validate.Names, Severity: diag.Error, Argo: diag.Error,
	Summary: "a sidecar or a container of a set has a name that Argo keeps for itself",
	Why:     `Argo adds containers named wait, supervisor and artifact-plugin-... to the Pod. Choose another name.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    container: {image: "alpine:3.23", command: [date]}
    sidecars:
    - {name: wait, image: "redis:8"}
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
    sidecars:
    - {name: cache, image: "redis:8"}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			t := u.Template
			if t.Type().IsGroup() {
				continue
			}
			containers := t.Node.Get("sidecars").List()
			if t.Type() == ir.ContainerSet {
				containers = slices.Concat(containers, t.Body().Get("containers").List())
			}
			for _, c := range containers {
				if name := u.Text(c.Get("name")); name == "wait" || name == "supervisor" || strings.HasPrefix(name, "artifact-plugin-") {
					p.Report(diag.Diagnostic{
						Span:    c.Get("name").Place(),
						Message: fmt.Sprintf("the name %q is kept for a container that Argo adds", name),
						Help:    "choose another name",
					})
				}
			}
		}
	},
}
