package rules

import (
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var daemonIneffective = validate.Rule{
	Name: "daemon-ineffective", Group: validate.Control, Severity: diag.Warning,
	Summary: "a template that runs no Pod of its own is a daemon",
	Why: `A daemon is a Pod that stays up while later steps use it. Templates that run no container have no Pod to keep up, so
daemon does nothing there. Set it on the template with the container.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: test-}
spec:
  entrypoint: main
  templates:
  - name: main
    daemon: true
    steps:
    - - {name: database, template: database}
    - - {name: test, template: test}
  - name: database
    container: {image: "redis:8", readinessProbe: {tcpSocket: {port: 6379}}}
  - name: test
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: test-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: database, template: database}
    - - {name: test, template: test}
  - name: database
    daemon: true
    container: {image: "redis:8", readinessProbe: {tcpSocket: {port: 6379}}}
  - name: test
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for t := range usedTemplates(p) {
			switch t.Type() {
			case ir.Steps, ir.DAG, ir.Suspend, ir.HTTP:
			default:
				continue
			}
			if n := t.Node.Get("daemon"); isTrue(n) {
				p.Reportf(n.Place(), "%s runs no container of its own, so it cannot be a daemon", t.Describe())
			}
		}
	},
}
