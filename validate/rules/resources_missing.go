package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var resourcesMissing = validate.Rule{
	Name: "resources-missing", Group: validate.Robustness, Severity: diag.Warning, Profile: validate.Strict,
	Summary: "a container has no request or no memory limit",
	Why: `Without requests the scheduler packs Pods onto nodes that cannot bear them; without a memory limit one step can take
down its neighbours. Set both, in the template or in templateDefaults.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
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
    container:
      image: alpine:3.23
      command: [date]
      resources:
        requests: {cpu: 100m, memory: 64Mi}
        limits: {memory: 64Mi}
`,
	Check: func(p *validate.Pass) {
		for c := range podContainers(p) {
			defaults := c.object.Spec.Defaults
			if c.isDefault() || defaults != nil && !defaults.Node.At(c.part, "resources").IsNull() {
				continue
			}
			resources := c.node.Get("resources")
			limited := !resources.At("limits", "memory").IsNull()
			switch {
			case resources.Get("requests").IsNull() && !limited:
				p.Reportf(c.place(), "%s has no requests and no memory limit", c.describe())
			case !limited:
				p.Report(diag.Diagnostic{Span: keyPlace(c.node, "resources"), Message: fmt.Sprintf("%s has no memory limit", c.describe())})
			}
		}
	},
}
