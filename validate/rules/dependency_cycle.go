package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

var dependencyCycle = validate.Rule{
	Name: "dependency-cycle", Group: validate.Control, Severity: diag.Error, Argo: diag.Error,
	Summary: "tasks or containers wait for each other",
	Why:     `None of the tasks of a cycle could ever start. Drop one of the dependencies.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    dag:
      tasks:
      - {name: build, template: print, depends: test}
      - {name: test, template: print, depends: lint}
      - {name: lint, template: print, depends: build}
  - name: print
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
    dag:
      tasks:
      - {name: build, template: print}
      - {name: test, template: print, depends: lint}
      - {name: lint, template: print, depends: build}
  - name: print
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			if u.Graph == nil {
				continue
			}
			for _, walk := range u.Graph.Cycles {
				p.Report(cycle(u, walk))
			}
		}
	},
}

func cycle(u *trace.Use, walk []int) diag.Diagnostic {
	var d diag.Diagnostic
	names := make([]string, 0, len(walk)+1)
	for k, from := range walk {
		to := walk[(k+1)%len(walk)]
		at := edgePlace(u, from, to)
		names = append(names, u.Graph.Names[from])
		if k == 0 {
			d.Span = at
			continue
		}
		d.Related = append(d.Related, diag.Related{
			Span: at, Message: fmt.Sprintf("%q waits for %q here", u.Graph.Names[from], u.Graph.Names[to]),
		})
	}
	if len(walk) == 1 {
		d.Message, d.Help = fmt.Sprintf("%q depends on itself", names[0]), "remove the dependency"
		return d
	}
	d.Message, d.Help = "dependencies form a cycle: "+strings.Join(append(names, names[0]), " -> "), "remove one of these dependencies"
	return d
}

// edgePlace is where node from says that it depends on node to.
func edgePlace(u *trace.Use, from, to int) source.Span {
	for _, d := range u.Graph.Deps[from] {
		if d.Task == to {
			return filledPlace(u, d.Node, d.Start, d.Start+len(d.Dep.Task))
		}
	}
	return source.Span{}
}
