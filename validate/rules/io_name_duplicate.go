package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var ioNameDuplicate = validate.Rule{
	Name: "io-name-duplicate", Group: validate.Names, Severity: diag.Error, Argo: diag.Error,
	Summary: "two parameters or two artifacts of one list have the same name",
	Why: `Only one of the two could be meant by a tag, so the workflow is refused. Rename one, or delete it.
A parameter and an artifact may share a name.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: hello-}
spec:
  entrypoint: main
  templates:
  - name: main
    inputs:
      parameters:
      - {name: message, default: hello}
      - {name: message, default: bye}
    container:
      image: alpine:3.23
      command: [echo, "{{inputs.parameters.message}}"]
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: hello-}
spec:
  entrypoint: main
  templates:
  - name: main
    inputs:
      parameters:
      - {name: message, default: hello}
      - {name: farewell, default: bye}
    container:
      image: alpine:3.23
      command: [echo, "{{inputs.parameters.message}}", "{{inputs.parameters.farewell}}"]
`,
	Check: func(p *validate.Pass) {
		for l, list := range namedLists(p) {
			first := make(map[string]*tree.Node, len(list))
			for _, n := range list {
				name := l.text(n.name)
				switch other := first[name]; {
				case name == "":
				case other == nil:
					first[name] = n.name
				default:
					p.Report(diag.Diagnostic{
						Span:    n.name.Place(),
						Message: fmt.Sprintf("a second %s is named %q", n.kind, shown(n.name, name)),
						Help:    "rename one of the two, or delete it",
						Related: []diag.Related{{Span: other.Place(), Message: "the first one"}},
					})
				}
			}
		}
	},
}
