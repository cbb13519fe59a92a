package rules

import (
	"slices"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var listNotExpanded = validate.Rule{
	Name: "list-not-expanded", Group: validate.Documents, Severity: diag.Warning,
	Summary: "a document is a list of workflows, and nothing in it is checked",
	Why: `Neither Argo's linter nor weft looks into documents of kind List. Write each workflow as a document of its own, with a
line --- between them.`,
	Bad: `
apiVersion: v1
kind: List
items:
- apiVersion: argoproj.io/v1alpha1
  kind: Workflow
  metadata: {generateName: build-}
  spec: {entrypoint: build}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  templates:
  - name: build
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, d := range p.Project.Foreign {
			kind := d.Root.Get("kind")
			if !strings.HasSuffix(kind.Text(), "List") {
				continue
			}
			whole := strings.HasPrefix(d.Root.Get("apiVersion").Text(), "argoproj.io/") && slices.Contains(workflowKinds, strings.TrimSuffix(kind.Text(), "List"))
			for _, item := range d.Root.Get("items").List() {
				whole = whole || slices.Contains(workflowKinds, item.Get("kind").Text())
			}
			if whole {
				p.Report(diag.Diagnostic{
					Span: kind.Place(), Message: "the items of a list are not checked", Help: "write each as a document of its own, with --- between them",
				})
			}
		}
	},
}
