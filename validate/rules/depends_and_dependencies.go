package rules

import (
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

var dependsAndDependencies = validate.Rule{
	Name: "depends-and-dependencies", Group: validate.Control, Severity: diag.Error, Argo: diag.Error,
	Summary: "a dag template uses both depends and dependencies",
	Why:     `The two are ways to say the same, and one template uses one of them. depends can say all that dependencies can: join the names with &&.`,
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
      - {name: build, template: print, dependencies: [fetch]}
      - {name: test, template: print, depends: build.Succeeded}
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
      - {name: build, template: print, depends: fetch}
      - {name: test, template: print, depends: build.Succeeded}
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
				if len(c.Dependencies) > 0 {
					p.Report(diag.Diagnostic{
						Span:    keyPlace(c.Node, "dependencies"),
						Message: "dependencies cannot be used where another task uses depends",
						Help:    "write depends: " + dependsFor(u, c),
						Related: []diag.Related{{Span: keyPlace(user.Node, "depends"), Message: "depends is used here"}},
					})
				}
			}
		}
	},
}

// dependsUser is the first task of the body that uses depends, nil if none does.
func dependsUser(u *trace.Use) *ir.Call {
	for _, c := range u.Template.Tasks {
		if u.Text(c.Depends) != "" {
			return c
		}
	}
	return nil
}

// dependsFor says in depends what the dependencies of c say.
func dependsFor(u *trace.Use, c *ir.Call) string {
	var names []string
	for _, n := range c.Dependencies {
		names = append(names, u.Text(n))
	}
	return strings.Join(names, " && ")
}
