package rules

import (
	"fmt"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var daemonWithoutProbe = validate.Rule{
	Name: "daemon-without-probe", Group: validate.Robustness, Severity: diag.Warning, Profile: validate.Strict,
	Summary: "a daemon does not say when it is ready",
	Why: `The steps behind a daemon start when its Pod is ready. Without a readinessProbe that is when the process starts, and
they may find nobody listening. Add a probe.`,
	Bad: `
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
    container: {image: "redis:8"}
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
			n := t.Node.Get("daemon")
			if !isTrue(n) || t.Type() != ir.Container && t.Type() != ir.Script || t.Body().Has("readinessProbe") {
				continue
			}
			p.Report(diag.Diagnostic{
				Span: n.Place(), Message: fmt.Sprintf("%s is a daemon without a readinessProbe", t.Describe()),
				Help: "add one, so that later steps start when it can serve them",
			})
		}
	},
}
