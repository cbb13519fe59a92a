package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var envDuplicate = validate.Rule{
	Name: "env-duplicate", Group: validate.Pods, Severity: diag.Warning,
	Summary: "an environment variable is set twice",
	Why:     `The last one wins, and the first does nothing. Remove one of them.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [env]
      env:
      - {name: MODE, value: fast}
      - {name: MODE, value: slow}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [env]
      env:
      - {name: MODE, value: slow}
`,
	Check: func(p *validate.Pass) {
		for c := range podContainers(p) {
			first := map[string]*tree.Node{}
			for _, e := range c.node.Get("env").List() {
				n := e.Get("name")
				name, ok := literal(n)
				before := first[name]
				switch {
				case !ok:
				case before != nil && before.Place() != n.Place():
					p.Report(diag.Diagnostic{
						Span: n.Place(), Message: fmt.Sprintf("variable %q is set twice, the last one wins", name),
						Related: []diag.Related{{Span: before.Place(), Message: "first set here"}},
					})
				default:
					first[name] = n
				}
			}
		}
	},
}
