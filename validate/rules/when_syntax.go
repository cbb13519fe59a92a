package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/validate"
)

var whenSyntax = validate.Rule{
	Name: "when-syntax", Group: validate.Expressions, Severity: diag.Error,
	Summary: "a condition does not parse or cannot be evaluated",
	Why: `A when has the operators ==, !=, <, >, =~, in, &&, || and !. Text with spaces, hyphens, slashes or dots needs quotes, since
those characters mean something else. A condition that cannot be read ends the step in an error.`,
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
        when: "'{{steps.check.outputs.result}}' == yes-please"
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
        when: "'{{steps.check.outputs.result}}' == 'yes-please'"
  - name: check
    script: {image: "alpine:3.23", command: [sh], source: echo yes-please}
  - name: deploy
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		reportConditions(p, func(k expr.ErrorKind) bool { return k != expr.NeverEqual && k != expr.WrongResult && k != expr.Unread })
	},
}
