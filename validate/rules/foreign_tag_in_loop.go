package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var foreignTagInLoop = validate.Rule{
	Name: "foreign-tag-in-loop", Group: validate.DataFlow, Severity: diag.Error,
	Summary: "a looped step holds a tag that is not a variable",
	Why: `Elsewhere a tag that is not a variable stays as it is, for whoever reads the text. In a looped step every tag must resolve when the items are
expanded, or the step ends in an error. Write the braces as {{='{{'}}, or move the text into the template.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - name: print
        template: print
        withItems: [a, b]
        arguments:
          parameters: [{name: text, value: "{{item}} of {{ .Values.name }}"}]
  - name: print
    inputs:
      parameters: [{name: text}]
    container: {image: "alpine:3.23", command: [echo, "{{inputs.parameters.text}}"]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - name: print
        template: print
        withItems: [a, b]
        arguments:
          parameters: [{name: text, value: "{{item}} of {{workflow.name}}"}]
  - name: print
    inputs:
      parameters: [{name: text}]
    container: {image: "alpine:3.23", command: [echo, "{{inputs.parameters.text}}"]}
`,
	Check: func(p *validate.Pass) {
		for u, c := range loops(p) {
			for n := range c.Node.All() {
				if n.Kind != tree.String || !strings.Contains(n.Value, "{{") {
					continue
				}
				for _, left := range u.AfterFilling(n) {
					if in := c.Callee.Inline; in != nil && in.Node.Span.Contains(n.Span) && isPodTime(left.Tag.Key) {
						p.Report(diag.Diagnostic{
							Span: left.Span, Message: fmt.Sprintf("%q has no value yet when the items are filled in, and a looped step needs every tag to resolve", left.Tag.Key),
							Help: "give the inline template a name and call it",
						})
						continue
					}
					if root, _, _ := strings.Cut(left.Tag.Key, "."); !loopRoots[root] && !strings.Contains(left.Tag.Body, "{{") {
						p.Reportf(left.Span, "nothing named %q exists, and a looped step needs every tag to resolve", left.Tag.Key)
					}
				}
			}
		}
	},
}

// loopRoots are the roots of names that may resolve in a looped step; whether
// they do is for others to say.
var loopRoots = map[string]bool{
	"item": true, "steps": true, "tasks": true, "inputs": true, "outputs": true, "workflow": true, "pod": true, "node": true,
	"retries": true, "lastRetry": true,
}

// isPodTime reports whether key gets its value only when a Pod is made.
func isPodTime(key string) bool {
	return key == "pod.name" || key == "retries" || strings.HasPrefix(key, "lastRetry.")
}
