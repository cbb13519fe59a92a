package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

var clusterToNamespacedRef = validate.Rule{
	Name: "cluster-to-namespaced-ref", Group: validate.References, Severity: diag.Error, Argo: diag.Error,
	Summary: "a ClusterWorkflowTemplate refers to a WorkflowTemplate",
	Why: `A ClusterWorkflowTemplate has no namespace in which a WorkflowTemplate could be found, and the reference crashes on
it. Refer to another ClusterWorkflowTemplate with clusterScope: true.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: ClusterWorkflowTemplate
metadata: {name: release}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: build, templateRef: {name: golang, template: build}}
---
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: golang}
spec:
  templates:
  - name: build
    container: {image: "golang:1.26", command: [go, build, ./...]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: ClusterWorkflowTemplate
metadata: {name: release}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: build, templateRef: {name: golang, template: build, clusterScope: true}}
---
apiVersion: argoproj.io/v1alpha1
kind: ClusterWorkflowTemplate
metadata: {name: golang}
spec:
  templates:
  - name: build
    container: {image: "golang:1.26", command: [go, build, ./...]}
`,
	Check: func(p *validate.Pass) {
		for _, l := range p.Trace.Lookups {
			if l.Fault == trace.ClusterToNamespaced {
				p.Report(diag.Diagnostic{
					Span:    l.Node.Place(),
					Message: fmt.Sprintf("a ClusterWorkflowTemplate cannot refer to the WorkflowTemplate %q", l.Name),
					Help:    "make it a ClusterWorkflowTemplate too, and add clusterScope: true",
				})
			}
		}
	},
}
