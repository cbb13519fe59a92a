package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var unresolvedSpecReference = validate.Rule{
	Name: "unresolved-spec-reference", Group: validate.References, Severity: diag.Error,
	Summary: "a tag outside the templates names nothing",
	Why: `Argo's linter looks only into templates. A tag in volumes, synchronization, hooks, templateDefaults and the like that nothing
resolves stays in the text, or ends the workflow in an error.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  serviceAccountName: "{{workflow.parameters.acount}}"
  arguments: {parameters: [{name: account, value: builder}]}
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
  serviceAccountName: "{{workflow.parameters.account}}"
  arguments: {parameters: [{name: account, value: builder}]}
  templates:
  - name: build
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, r := range p.Trace.Runs {
			if r.Object.Spec.Ref != nil && r.Ref == nil {
				continue // what it brings is not known
			}
			for t := range simpleTags(r.Object.Spec.Node, outsideTemplates(r.Object.Spec.Node)) {
				if !strings.HasPrefix(t.Key, "workflow.") || r.Knows(t.Key) || isLate(t.Key, r.TemplateMode) {
					continue
				}
				p.Report(diag.Diagnostic{
					Span: t.span(), Message: fmt.Sprintf("nothing gives {{%s}} a value", t.Key), Help: diag.DidYouMean(t.Key, slices.Values(slices.Sorted(r.Names))),
				})
			}
		}
	},
}

// outsideTemplates refuses the parts of a spec that are looked at elsewhere.
func outsideTemplates(spec *tree.Node) func(*tree.Node) bool {
	templates, arguments := spec.Get("templates"), spec.Get("arguments")
	return func(n *tree.Node) bool { return n == templates || n == arguments }
}

// isLate reports whether a global name gets its value while the workflow runs,
// or from the labels of whoever uses a template.
func isLate(key string, library bool) bool {
	return key == "workflow.failures" || strings.HasPrefix(key, "workflow.outputs.") ||
		library && (strings.HasPrefix(key, "workflow.labels.") || strings.HasPrefix(key, "workflow.annotations.") || key == "workflow.priority")
}
