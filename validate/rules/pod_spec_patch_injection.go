package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/validate"
)

var podSpecPatchInjection = validate.Rule{
	Name: "pod-spec-patch-injection", Group: validate.Security, Severity: diag.Warning, Profile: validate.SecurityProfile,
	Summary: "a podSpecPatch holds a value from outside",
	Why: `The patch can set any field of the Pod, and a value can hold any part of a patch: whoever chooses it can mount the host
or run as root. Choose among fixed templates instead.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  arguments: {parameters: [{name: memory, value: 1Gi}]}
  templates:
  - name: main
    podSpecPatch: '{"containers": [{"name": "main", "resources": {"limits": {"memory": "{{workflow.parameters.memory}}"}}}]}'
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
        limits: {memory: 1Gi}
`,
	Check: func(p *validate.Pass) {
		for n := range podSpecPatches(p) {
			tags, _ := expr.Tags(n.Text())
			for _, t := range tags {
				if fromOutside(t) {
					p.Report(diag.Diagnostic{Span: n.Source(t.Start, t.End), Message: fmt.Sprintf("whoever chooses %s can change any part of the Pod", shownTag(t))})
				}
			}
		}
	},
}
