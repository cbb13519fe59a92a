package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

var resourceActionInvalid = validate.Rule{
	Name: "resource-action-invalid", Group: validate.Pods, Severity: diag.Error, Argo: diag.Error,
	Summary: "the action of a resource template is unknown",
	Why:     `The actions are get, create, apply, delete, replace and patch, in lower case.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    resource:
      action: Create
      manifest: |
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: settings}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    resource:
      action: create
      manifest: |
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: settings}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			if u.Template.Type() != ir.Resource {
				continue
			}
			n := u.Template.Body().Get("action")
			action := u.Text(n)
			if slices.Contains(resourceActions, action) || strings.HasPrefix(action, trace.Placeholder) {
				continue
			}
			d := diag.Diagnostic{Span: valuePlace(u.Template.Body(), "action"), Message: fmt.Sprintf("%q is not an action", action)}
			d.Help, d.Fixes = nearest(n, action, slices.Values(resourceActions))
			if action == "" {
				d.Span, d.Message = bodyPlace(u.Template), "the resource has no action"
			}
			if d.Help == "" {
				d.Help = "use one of " + strings.Join(resourceActions, ", ")
			}
			p.Report(d)
		}
	},
}

var resourceActions = []string{"get", "create", "apply", "delete", "replace", "patch"}
