package rules

import (
	"fmt"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

var entrypointRequired = validate.Rule{
	Name: "entrypoint-required", Group: validate.References, Severity: diag.Error, Argo: diag.Error,
	Summary: "a workflow does not say which template to start with",
	Why: `A workflow begins with the template that its entrypoint names. Only a WorkflowTemplate or ClusterWorkflowTemplate
may go without, as a mere collection of templates. Name the template to start with.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  templates:
  - name: build
    container: {image: "golang:1.26", command: [go, build, ./...]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  templates:
  - name: build
    container: {image: "golang:1.26", command: [go, build, ./...]}
`,
	Check: func(p *validate.Pass) {
		for _, r := range p.Trace.Runs {
			unknown := r.Object.Spec.Ref != nil && r.Ref == nil // the reference may bring one
			if r.Entrypoint.Text() != "" || r.TemplateMode || unknown {
				continue
			}
			p.Report(diag.Diagnostic{
				Span:    specPlace(r.Object),
				Message: fmt.Sprintf("this %s has no entrypoint", r.Object.Kind),
				Help:    entrypointHelp(r),
			})
		}
	},
}

// specPlace is where a finding about a spec as a whole belongs.
func specPlace(o *ir.Object) source.Span {
	if s := o.Spec.Node; s != nil && s.Has("entrypoint") {
		return s.Get("entrypoint").Place()
	}
	if o.Kind == ir.CronWorkflow && o.Cron != nil {
		return keyPlace(o.Cron, "workflowSpec")
	}
	if o.Root.Entry("spec") == nil {
		return keyPlace(o.Root, "kind")
	}
	return keyPlace(o.Root, "spec")
}

func entrypointHelp(r *trace.Run) string {
	o := r.Object
	if r.Ref != nil {
		o = r.Ref
	}
	for _, t := range o.Spec.Templates {
		if t.Name.Text() != "" {
			return fmt.Sprintf("add the template to start with, such as entrypoint: %s", t.Name.Text())
		}
	}
	return "add entrypoint: with the name of the template to start with"
}
