package rules

import (
	"slices"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/validate"
)

var whenNotBoolean = validate.Rule{
	Name: "when-not-boolean", Group: validate.Expressions, Severity: diag.Error,
	Summary: "a condition is a text or a number, not true or false",
	Why:     `Only true and false decide whether a step runs; any other value is an error when the step is due. Compare it.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: check, template: check}
    - - name: deploy
        template: deploy
        when: "{{steps.check.status}}"
  - name: check
    script: {image: "alpine:3.23", command: [sh], source: echo yes-please}
  - name: deploy
    container: {image: "alpine:3.23", command: [date]}
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
    - - {name: check, template: check}
    - - name: deploy
        template: deploy
        when: "{{steps.check.status}} == Succeeded"
  - name: check
    script: {image: "alpine:3.23", command: [sh], source: echo yes-please}
  - name: deploy
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		reportConditions(p, func(k expr.ErrorKind) bool { return k == expr.WrongResult })
		for _, c := range conditions(p) {
			t, ok := c.when.Root.(*expr.TagOperand)
			if !ok || !t.Bare || len(t.Tags) != 1 || t.Tags[0].Expr {
				continue
			}
			if _, last, _ := cutLast(t.Tags[0].Key, "."); slices.Contains(neverBoolean, last) {
				p.Report(diag.Diagnostic{
					Span: c.node.Source(t.Start, t.End), Message: "the condition is " + last + ", which is never true or false", Help: `compare it with "==" or "!="`,
				})
			}
		}
	},
}

// neverBoolean are the last names of variables whose values are never true or false.
var neverBoolean = []string{"status", "id", "startedAt", "finishedAt", "uid", "namespace"}

// cutLast cuts s around the last sep.
func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return "", s, false
}
