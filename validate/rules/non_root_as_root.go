package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var nonRootAsRoot = validate.Rule{
	Name: "non-root-as-root", Group: validate.Pods, Severity: diag.Error,
	Summary: "a container must not run as root, and is told to run as user 0",
	Why: `The kubelet never starts a container that has runAsNonRoot and runAsUser: 0, and the step waits until its deadline. Name
another user, or leave out runAsNonRoot.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [id]
      securityContext: {runAsNonRoot: true, runAsUser: 0}
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
      command: [id]
      securityContext: {runAsNonRoot: true, runAsUser: 1000}
`,
	Check: func(p *validate.Pass) {
		for c := range podContainers(p) {
			context := c.node.Get("securityContext")
			if user := context.Get("runAsUser"); user.Text() == "0" && isTrue(context.Get("runAsNonRoot")) {
				p.Report(diag.Diagnostic{
					Span: user.Place(), Message: "user 0 is root, which runAsNonRoot forbids", Help: "name another user",
					Related: []diag.Related{{Span: entryPlace(context, "runAsNonRoot"), Message: "root is forbidden here"}},
				})
			}
		}
	},
}
