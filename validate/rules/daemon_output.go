package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var daemonOutput = validate.Rule{
	Name: "daemon-output", Group: validate.DataFlow, Severity: diag.Warning,
	Summary: "a step reads an output of a daemon",
	Why: `Those that come after a daemon start while it runs, and outputs are collected when a container has ended: there are none
yet. A daemon offers its address, {{steps.NAME.ip}}; ask it for everything else.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: cache, template: cache}
    - - {name: use, template: use, arguments: {parameters: [{name: port, value: "{{steps.cache.outputs.parameters.port}}"}]}}
  - name: cache
    daemon: true
    container: {image: "redis:8", command: [redis-server], readinessProbe: {tcpSocket: {port: 6379}}}
    outputs: {parameters: [{name: port, valueFrom: {path: /tmp/port}}]}
  - name: use
    inputs: {parameters: [{name: port}]}
    container: {image: "redis:8", command: [redis-cli, -p, "{{inputs.parameters.port}}", ping]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: cache, template: cache}
    - - {name: use, template: use, arguments: {parameters: [{name: host, value: "{{steps.cache.ip}}"}]}}
  - name: cache
    daemon: true
    container: {image: "redis:8", command: [redis-server], readinessProbe: {tcpSocket: {port: 6379}}}
  - name: use
    inputs: {parameters: [{name: host}]}
    container: {image: "redis:8", command: [redis-cli, -h, "{{inputs.parameters.host}}", ping]}
`,
	Check: func(p *validate.Pass) {
		for _, r := range siblingReferences(p) {
			if kind, _ := r.Output(); kind == "" || !isDaemon(r.Producer.Callee.Target) || r.Guarded || hasDefault(r) {
				continue
			}
			p.Report(diag.Diagnostic{
				Span: r.Span(), Message: fmt.Sprintf("%s is a daemon, which has no outputs while it runs", r.Producer.Describe()),
				Help: fmt.Sprintf("use {{%s.%s.ip}}, and ask the daemon itself", r.Producer.Scope(), r.Producer.Name.Text()),
			})
		}
	},
}
