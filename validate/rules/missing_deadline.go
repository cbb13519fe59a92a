package rules

import (
	"fmt"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var missingDeadline = validate.Rule{
	Name: "missing-deadline", Group: validate.Robustness, Severity: diag.Info, Profile: validate.Strict,
	Summary: "nothing ends a workflow that hangs",
	Why: `A process that waits for ever keeps its workflow, its locks and its nodes for ever. Set activeDeadlineSeconds on the
workflow, or on each template.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  templates:
  - name: build
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  activeDeadlineSeconds: 3600
  templates:
  - name: build
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, r := range p.Trace.Runs {
			o := r.Object
			if o.Kind != ir.Workflow && o.Kind != ir.CronWorkflow || r.Ref != nil || o.Spec.Node.Has("activeDeadlineSeconds") {
				continue
			}
			for _, t := range o.Spec.Templates {
				if t.Type().IsPod() && !t.Node.Has("activeDeadlineSeconds") && !t.Node.Has("timeout") && !defaultDeadline(o.Spec) {
					p.Report(diag.Diagnostic{
						Span: valuePlace(o.Spec.Node, "entrypoint"), Message: fmt.Sprintf("nothing ends %s when a step hangs", o.Describe()),
						Help: "set activeDeadlineSeconds on the workflow",
					})
					break
				}
			}
		}
	},
}

func defaultDeadline(s *ir.Spec) bool {
	return s.Defaults != nil && (s.Defaults.Node.Has("activeDeadlineSeconds") || s.Defaults.Node.Has("timeout"))
}
