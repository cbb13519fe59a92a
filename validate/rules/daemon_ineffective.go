package rules

import (
	"fmt"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

var daemonIneffective = validate.Rule{
	Name: "daemon-ineffective", Group: validate.Control, Severity: diag.Warning,
	Summary: "a daemon runs no Pod of its own, or nothing runs beside it",
	Why: `A daemon is a Pod that stays up while later steps use it. Templates that run no container have no Pod to keep up, so
daemon does nothing there. Set it on the template with the container. A daemon ends with the steps around it, so one that is
started last has served nobody.`,
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
		for _, u := range groupBodies(p) {
			for _, c := range u.Template.Calls() {
				if isDaemon(c.Callee.Target) && !servesOthers(u, c) {
					p.Report(diag.Diagnostic{
						Span: callPlace(c), Message: fmt.Sprintf("%s starts a daemon that nothing runs beside or after: it is ended at once", c.Describe()),
						Help: "start it before those that use it", Related: []diag.Related{{Span: templatePlace(c.Callee.Target), Message: "the daemon"}},
					})
				}
			}
		}
	},
}

// isDaemon reports whether t goes on running beside those that come after it.
func isDaemon(t *ir.Template) bool {
	return t != nil && t.Type().IsPod() && isTrue(t.Node.Get("daemon"))
}

// servesOthers reports whether anything but daemons runs beside or after c.
func servesOthers(u *trace.Use, c *ir.Call) bool {
	for _, other := range u.Template.Calls() {
		if other == c || isDaemon(other.Callee.Target) {
			continue
		}
		if c.Task && (u.Graph == nil || !u.Graph.IsAncestor(other, c)) || !c.Task && other.Group >= c.Group {
			return true
		}
	}
	return false
}
