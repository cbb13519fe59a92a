package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var cronWhenSyntax = validate.Rule{
	Name: "cron-when-syntax", Group: validate.Cron, Severity: diag.Error,
	Summary: "the condition of a cron workflow cannot be evaluated",
	Why: `The when of a cron workflow takes quoted text, numbers and true or false: a bare word is an unknown variable there, and no workflow is ever started.
Compute the condition in an expression tag: {{= cronworkflow.failed < 3 }}.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata: {name: nightly}
spec:
  schedules: ["0 3 * * *"]
  when: "{{cronworkflow.failed}} < 3"
  workflowSpec:
    entrypoint: main
    templates:
    - name: main
      container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata: {name: nightly}
spec:
  schedules: ["0 3 * * *"]
  when: "{{= cronworkflow.failed < 3 }}"
  workflowSpec:
    entrypoint: main
    templates:
    - name: main
      container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for o := range cronWorkflows(p) {
			if n := o.Cron.Get("when"); n != nil && n.Kind == tree.String && n.Value != "" {
				reportCronWhen(p, n)
			}
		}
	},
}

func reportCronWhen(p *validate.Pass, n *tree.Node) {
	w, errs := expr.ParseWhen(n.Value)
	for _, e := range errs {
		if e.Kind == expr.NeverEqual { // words are text to this parser
			continue
		}
		p.Report(diag.Diagnostic{Span: n.Source(e.Start, e.End), Message: e.Message, Help: e.Help})
	}
	expr.Walk(w.Root, func(node expr.Node) {
		switch node := node.(type) {
		case *expr.Literal:
			if node.Kind == expr.WordLiteral {
				p.Report(diag.Diagnostic{
					Span: n.Source(node.Start, node.End), Message: fmt.Sprintf("%q is an unknown variable here", node.Value), Help: "put text into quotes",
				})
			}
		case *expr.TagOperand:
			for _, t := range node.Tags {
				if name, ok := strings.CutPrefix(t.Key, "cronworkflow."); ok && (name == "failed" || name == "succeeded" || name == "lastScheduledTime") {
					p.Report(diag.Diagnostic{
						Span: n.Source(t.Start, t.End), Message: fmt.Sprintf("%q is no text, so this tag does not resolve", t.Key),
						Help: "put the whole condition into an expression tag: {{= " + t.Key + " ... }}",
					})
				}
			}
		}
	})
}
