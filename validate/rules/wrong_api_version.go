package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var wrongApiVersion = validate.Rule{
	Name: "wrong-api-version", Group: validate.Documents, Severity: diag.Warning,
	Summary: "the apiVersion is not the one of workflows",
	Why: `Workflows and their templates are of argoproj.io/v1alpha1. Argo's linter does not look, but the API server knows no
such kind under another name and refuses the manifest.`,
	Bad: `
apiVersion: argoproj.io/v1
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
  templates:
  - name: build
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		const want = "argoproj.io/v1alpha1"
		for _, o := range p.Project.Objects {
			n := o.Root.Get("apiVersion")
			if n.Text() == want || n != nil && n.Kind != tree.String && !n.IsNull() {
				continue
			}
			d := diag.Diagnostic{Span: valuePlace(o.Root, "apiVersion"), Message: fmt.Sprintf("%s has no apiVersion", o.Describe()), Help: "add apiVersion: " + want}
			if n.Text() != "" {
				d.Message, d.Help = fmt.Sprintf("there is no %s in %q", o.Kind, n.Text()), "write "+want
				if n.Alias.IsZero() {
					d.Fixes = []diag.Fix{replaceText(n, want, false)}
				}
			}
			p.Report(d)
		}
	},
}
