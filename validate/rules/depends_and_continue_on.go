package rules

import (
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var dependsAndContinueOn = validate.Rule{
	Name: "depends-and-continue-on", Group: validate.Control, Severity: diag.Error, Argo: diag.Error,
	Summary: "a dag template uses both depends and continueOn",
	Why: `With depends each task says itself which results it goes on with, so continueOn has no place in the template.
Where a task may fail, write depends: task.Succeeded || task.Failed in the ones that follow.`,
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
      - {name: fetch, template: print, continueOn: {failed: true}}
      - {name: report, template: print, depends: fetch}
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
      - {name: fetch, template: print}
      - {name: report, template: print, depends: fetch.Succeeded || fetch.Failed}
  - name: print
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			user := dependsUser(u)
			if user == nil {
				continue
			}
			for _, c := range u.Template.Tasks {
				if c.ContinueOn != nil {
					p.Report(diag.Diagnostic{
						Span:    keyPlace(c.Node, "continueOn"),
						Message: "continueOn cannot be used where a task uses depends",
						Help:    continueHelp(u.Text(c.Name), c),
						Related: []diag.Related{{Span: keyPlace(user.Node, "depends"), Message: "depends is used here"}},
					})
				}
			}
		}
	},
}

func continueHelp(name string, c *ir.Call) string {
	condition := name + ".Succeeded"
	if c.ContinueOn.Get("failed").Text() == "true" {
		condition += " || " + name + ".Failed"
	}
	if c.ContinueOn.Get("error").Text() == "true" {
		condition += " || " + name + ".Errored"
	}
	return "drop it, and write (" + condition + ") in the depends of the tasks that follow"
}
