package rules

import (
	"fmt"
	"strconv"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var portInvalid = validate.Rule{
	Name: "port-invalid", Group: validate.Pods, Severity: diag.Error,
	Summary: "a port is out of range, or its name is taken or bad",
	Why:     `Kubernetes refuses the Pod. Ports run from 1 to 65535; a name has at most 15 lower-case letters, digits and hyphens, and is given once.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    daemon: true
    container:
      image: redis:8
      command: [redis-server]
      ports:
      - {name: redis, containerPort: 70000}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    daemon: true
    container:
      image: redis:8
      command: [redis-server]
      ports:
      - {name: redis, containerPort: 6379}
`,
	Check: func(p *validate.Pass) {
		for c := range podContainers(p) {
			names := map[string]*tree.Node{}
			for _, port := range c.node.Get("ports").List() {
				if port.Kind == tree.Map {
					checkPort(p, port, names)
				}
			}
		}
	},
}

func checkPort(p *validate.Pass, port *tree.Node, names map[string]*tree.Node) {
	if port.Get("containerPort").IsNull() {
		p.Reportf(valuePlace(port, "containerPort"), "this port has no containerPort")
	}
	for _, key := range []string{"containerPort", "hostPort"} {
		n := port.Get(key)
		number, err := strconv.Atoi(n.Text())
		if err == nil && (number < 1 || number > 65535) && (key == "containerPort" || number != 0) {
			p.Reportf(n.Place(), "port %d does not exist: ports run from 1 to 65535", number)
		}
	}
	n := port.Get("name")
	name, ok := literal(n)
	if !ok {
		return
	}
	if faults := validation.IsValidPortName(name); len(faults) > 0 {
		p.Report(diag.Diagnostic{Span: n.Place(), Message: fmt.Sprintf("port name %q %s", name, faults[0])})
	}
	if before := names[name]; before != nil {
		p.Report(diag.Diagnostic{
			Span: n.Place(), Message: fmt.Sprintf("another port is called %q, too", name),
			Related: []diag.Related{{Span: before.Place(), Message: "first used here"}},
		})
		return
	}
	names[name] = n
}
