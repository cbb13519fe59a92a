package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var expressionInjection = validate.Rule{
	Name: "expression-injection", Group: validate.Security, Severity: diag.Warning, Profile: validate.SecurityProfile,
	Summary: "a value from outside is spliced into an expression",
	Why: `The value becomes a part of the expression: x == x || 1 == 1 makes any condition true. In an expression, write the name
without braces; instead of when: "{{x}} == y", write when: "{{= x == 'y' }}".`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  arguments: {parameters: [{name: mode, value: fast}]}
  templates:
  - name: main
    steps:
    - - name: print
        template: print
        when: "{{workflow.parameters.mode}} == fast"
  - name: print
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  arguments: {parameters: [{name: mode, value: fast}]}
  templates:
  - name: main
    steps:
    - - name: print
        template: print
        when: "{{= workflow.parameters.mode == 'fast' }}"
  - name: print
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, o := range p.Project.Objects {
			for c := range o.AllCalls() {
				reportSpliced(p, c.When)
			}
			for h := range o.AllHooks() {
				reportSpliced(p, h.Expression)
			}
		}
		for _, t := range podTemplates(p) {
			reportSpliced(p, t.Node.At("retryStrategy", "expression"))
		}
	},
}

// reportSpliced reports simple tags that put a text from outside into n. An
// exit code or a status cannot hold an expression.
func reportSpliced(p *validate.Pass, n *tree.Node) {
	tags, _ := expr.Tags(n.Text())
	for _, t := range tags {
		if !t.Expr && fromOutside(t) && !strings.HasPrefix(t.Key, "item") {
			p.Report(diag.Diagnostic{Span: n.Source(t.Start, t.End), Message: fmt.Sprintf("the value of %s becomes a part of the expression", shownTag(t))})
		}
	}
}
