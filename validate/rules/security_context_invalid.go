package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var securityContextInvalid = validate.Rule{
	Name: "security-context-invalid", Group: validate.Pods, Severity: diag.Error,
	Summary: "the security context of a container contradicts itself",
	Why: `The kubelet never starts a container that has runAsNonRoot and runAsUser: 0, and the step waits until its deadline. A
container that is privileged cannot have allowPrivilegeEscalation: false: Kubernetes refuses the Pod.`,
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
			if n := context.Get("allowPrivilegeEscalation"); n != nil && n.Kind == tree.Bool && !isTrue(n) && isTrue(context.Get("privileged")) {
				p.Report(diag.Diagnostic{
					Span: n.Place(), Message: "a privileged container can always gain privileges", Help: "drop privileged, or this",
					Related: []diag.Related{{Span: entryPlace(context, "privileged"), Message: "it is privileged here"}},
				})
			}
		}
	},
}
