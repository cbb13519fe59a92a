package rules

import (
	"fmt"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var dependsItemsWithoutLoop = validate.Rule{
	Name: "depends-items-without-loop", Group: validate.Control, Severity: diag.Error, Argo: diag.Error,
	Summary: "depends asks a task that is no loop for AnySucceeded or AllFailed",
	Why:     `AnySucceeded and AllFailed are about the turns of a loop. A task without withItems, withParam or withSequence has none; ask for Succeeded or Failed.`,
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
      - {name: fetch, template: print}
      - {name: report, template: print, depends: fetch.AnySucceeded}
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
      - {name: fetch, template: print, withSequence: {count: 3}}
      - {name: report, template: print, depends: fetch.AnySucceeded}
  - name: print
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			if u.Template.Type() != ir.DAG {
				continue
			}
			for _, deps := range u.Graph.Deps {
				for _, d := range deps {
					plain := plainResult[d.Result]
					if plain == "" || d.Task < 0 || u.Template.Tasks[d.Task].Looped() {
						continue
					}
					p.Report(diag.Diagnostic{
						Span:    filledPlace(u, d.Node, d.End-len(d.Result), d.End),
						Message: fmt.Sprintf("%s needs a loop, and task %q is none", d.Result, d.Dep.Task),
						Help:    "write " + d.Dep.Task + "." + plain,
						Related: []diag.Related{{Span: callPlace(u.Template.Tasks[d.Task]), Message: "this task has no withItems, withParam or withSequence"}},
					})
				}
			}
		}
	},
}

// plainResult is the result to ask for where there is no loop.
var plainResult = map[string]string{"AnySucceeded": "Succeeded", "AllFailed": "Failed"}
