package rules

import (
	"fmt"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/validate"
)

var duplicateResource = validate.Rule{
	Name: "duplicate-resource", Group: validate.Names, Severity: diag.Error, Argo: diag.Error,
	Summary: "two WorkflowTemplates of one namespace, or two ClusterWorkflowTemplates, have the same name",
	Why: `References to the name could mean either, and in a cluster the one applied last overwrites the other. The reference
stops with nothing checked. Rename one of them, or lint the two environments that they belong to one at a time.`,
	Bad: `
-- build.yaml --
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: build}
spec:
  templates:
  - name: go
    container: {image: "golang:1.26", command: [go, build, ./...]}
-- old/build.yaml --
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: build}
spec:
  templates:
  - name: go
    container: {image: "golang:1.19", command: [go, build, ./...]}
`,
	Good: `
-- build.yaml --
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: build}
spec:
  templates:
  - name: go
    container: {image: "golang:1.26", command: [go, build, ./...]}
-- old/build.yaml --
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: build-old}
spec:
  templates:
  - name: go
    container: {image: "golang:1.19", command: [go, build, ./...]}
`,
	Check: func(p *validate.Pass) {
		for _, o := range p.Project.Objects {
			if o.Kind != ir.WorkflowTemplate && o.Kind != ir.ClusterWorkflowTemplate {
				continue
			}
			first := p.Project.Resource(o.Namespace.Text(), o.Name.Text(), o.Kind == ir.ClusterWorkflowTemplate)
			if first == nil || first == o {
				continue
			}
			message := fmt.Sprintf("there is already a %s named %q", o.Kind, o.Name.Text())
			if o.Name.Text() == "" {
				message = fmt.Sprintf("there is already a %s without a name", o.Kind)
			}
			p.Report(diag.Diagnostic{
				Span: objectPlace(o), Message: message, Help: "rename or remove one of them",
				Related: []diag.Related{{Span: objectPlace(first), Message: "first declared here"}},
			})
		}
	},
}

// objectPlace is where a finding about an object as a whole belongs.
func objectPlace(o *ir.Object) source.Span {
	if o.Name != nil {
		return o.Name.Place()
	}
	return valuePlace(o.Root, "kind")
}
