package rules

import (
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var automountWithoutExecutorSA = validate.Rule{
	Name: "automount-without-executor-sa", Group: validate.Pods, Severity: diag.Error,
	Summary: "the service account's token is not mounted, and the executor has no account of its own",
	Why: `Argo's executor runs beside the container and reports through the API: without a token it cannot, and no Pod is
created. Name executor.serviceAccountName.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  automountServiceAccountToken: false
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
  automountServiceAccountToken: false
  executor: {serviceAccountName: executor}
  templates:
  - name: main
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, o := range p.Project.Objects {
			if o.Spec == nil || o.Kind == ir.WorkflowTemplate || o.Kind == ir.ClusterWorkflowTemplate || o.Spec.Ref != nil {
				continue // a caller may bring the account
			}
			if hasExecutorAccount(o.Spec.Node) || o.Spec.Defaults != nil && hasExecutorAccount(o.Spec.Defaults.Node) {
				continue
			}
			if n := o.Spec.Node.Get("automountServiceAccountToken"); n.Text() == "false" && runsPods(o) {
				reportNoExecutor(p, o.Spec.Node)
			}
			for t := range o.AllTemplates() {
				if t.Type().IsPod() && t.Node.Get("automountServiceAccountToken").Text() == "false" && !hasExecutorAccount(t.Node) {
					reportNoExecutor(p, t.Node)
				}
			}
		}
	},
}

func hasExecutorAccount(n *tree.Node) bool {
	return n.At("executor", "serviceAccountName").Text() != ""
}

// runsPods reports whether some template of o runs with what the spec says.
func runsPods(o *ir.Object) bool {
	for t := range o.AllTemplates() {
		if t.Type().IsPod() && !t.Node.Has("automountServiceAccountToken") && !hasExecutorAccount(t.Node) {
			return true
		}
	}
	return false
}

func reportNoExecutor(p *validate.Pass, n *tree.Node) {
	p.Report(diag.Diagnostic{
		Span: keyPlace(n, "automountServiceAccountToken"), Message: "without a token the executor needs an account of its own",
		Help: "name it in executor.serviceAccountName",
	})
}
