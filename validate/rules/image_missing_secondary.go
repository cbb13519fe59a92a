package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var imageMissingSecondary = validate.Rule{
	Name: "image-missing-secondary", Group: validate.Pods, Severity: diag.Error,
	Summary: "a sidecar, init container or container of a set has no image",
	Why:     `Kubernetes refuses the Pod. Each container names its own image.`,
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
    - {name: cache, command: [redis-server]}
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
    - {name: cache, image: "redis:8", command: [redis-server]}
`,
	Check: func(p *validate.Pass) {
		for c := range podContainers(p) {
			image := c.node.Get("image")
			if c.isMain() || c.isDefault() || image.Text() != "" || image != nil && image.Kind >= tree.Map && image.Kind < tree.String {
				continue
			}
			if d := c.object.Spec.Defaults; d != nil && len(d.Node.Get(c.part).List()) > 0 {
				continue // lists of containers are merged by name
			}
			p.Report(diag.Diagnostic{Span: valuePlace(c.node, "image"), Message: fmt.Sprintf("%s has no image", c.describe())})
		}
	},
}
