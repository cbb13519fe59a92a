package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/validate"
)

var whenQuotedVsNumber = validate.Rule{
	Name: "when-quoted-vs-number", Group: validate.Expressions, Severity: diag.Warning,
	Summary: "a condition compares text with a number or a boolean",
	Why:     `What stands in quotes is text, and text never equals a number or a boolean, so the step always or never runs. Quote both sides, or none.`,
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
        when: '"{{steps.check.exitCode}}" == 0'
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
        when: '{{steps.check.exitCode}} == 0'
  - name: check
    script: {image: "alpine:3.23", command: [sh], source: echo yes-please}
  - name: deploy
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		reportConditions(p, func(k expr.ErrorKind) bool { return k == expr.NeverEqual || k == expr.Unread })
	},
}
