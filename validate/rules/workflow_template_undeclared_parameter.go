package rules

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var workflowTemplateUndeclaredParameter = validate.Rule{
	Name: "workflow-template-undeclared-parameter", Group: validate.References, Severity: diag.Warning,
	Summary: "a workflow template uses an argument that it does not declare",
	Why: `{{workflow.parameters.NAME}} has a value only if the workflow that uses the template happens to pass one of that name.
Declare it under arguments, or correct the name.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: build}
spec:
  entrypoint: build
  arguments: {parameters: [{name: target, value: all}]}
  templates:
  - name: build
    container: {image: "alpine:3.23", command: [echo, "{{workflow.parameters.targte}}"]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: build}
spec:
  entrypoint: build
  arguments: {parameters: [{name: target, value: all}]}
  templates:
  - name: build
    container: {image: "alpine:3.23", command: [echo, "{{workflow.parameters.target}}"]}
`,
	Check: func(p *validate.Pass) {
		for _, r := range p.Trace.Runs {
			if !r.TemplateMode || r.Object.Spec.Ref != nil {
				continue
			}
			declared := declaredNames(r.Object.Spec.Arguments, parameter)
			for t := range specTags(p, r.Object) {
				rest, ok := strings.CutPrefix(t.Key, "workflow.parameters")
				name := strings.TrimPrefix(rest, ".")
				if !ok || rest == "" || rest != name && (declared[name] || name == "json") {
					continue
				}
				help := diag.DidYouMean(name, slices.Values(slices.Sorted(maps.Keys(declared))))
				if help == "" && rest != name && (len(declared) == 0 || r.Entrypoint == nil) {
					continue // a library that counts on its callers
				}
				p.Report(diag.Diagnostic{
					Span: t.span(), Message: fmt.Sprintf("%s declares no argument %q", r.Object.Describe(), name), Help: cmp.Or(help, "declare it under arguments"),
				})
			}
		}
	},
}
