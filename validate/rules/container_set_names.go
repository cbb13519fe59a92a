package rules

import (
	"fmt"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var containerSetNames = validate.Rule{
	Name: "container-set-names", Group: validate.Names, Severity: diag.Error, Argo: diag.Error,
	Summary: "a container of a set has no name, a wrong one, or one that is taken",
	Why:     `The containers of a set are told apart by their names: letters, digits and hyphens, a letter or digit first, at most 128 characters.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    containerSet:
      containers:
      - {name: print_date, image: "alpine:3.23", command: [date]}
      - {name: list, image: "alpine:3.23", command: [ls]}
      - {name: list, image: "alpine:3.23", command: [ls, /tmp]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    containerSet:
      containers:
      - {name: print-date, image: "alpine:3.23", command: [date]}
      - {name: list, image: "alpine:3.23", command: [ls]}
      - {name: list-tmp, image: "alpine:3.23", command: [ls, /tmp]}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			if u.Template.Type() != ir.ContainerSet {
				continue
			}
			containers := u.Template.Body().Get("containers").List()
			for i, c := range containers {
				name := c.Get("name")
				d := diag.Diagnostic{Span: valuePlace(c, "name")}
				switch text := u.Graph.Names[i]; {
				case text == "":
					d.Message = "this container has no name"
				case nameFault(text) != "":
					d.Message = fmt.Sprintf("container name %q %s", name.Text(), nameFault(text))
					d.Help = mendedHelp(text)
				case u.Graph.First[text] != i:
					d.Message = fmt.Sprintf("another container of this set is called %q, too", text)
					d.Related = []diag.Related{{Span: containers[u.Graph.First[text]].Get("name").Place(), Message: "first used here"}}
				default:
					continue
				}
				p.Report(d)
			}
		}
	},
}
