package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

var dagTargetDropsTasks = validate.Rule{
	Name: "dag-target-drops-tasks", Group: validate.Control, Severity: diag.Warning,
	Summary: "a task does not run because the target of the dag does not need it",
	Why: `target lists the tasks that the dag is run for. Only they and what they depend on run; all others are left out without
a word. Add the task to the target or remove it.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: main
  templates:
  - name: main
    dag:
      target: package
      tasks:
      - {name: build, template: run}
      - {name: package, template: run, depends: build}
      - {name: test, template: run, depends: build}
  - name: run
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: main
  templates:
  - name: main
    dag:
      target: package test
      tasks:
      - {name: build, template: run}
      - {name: package, template: run, depends: build}
      - {name: test, template: run, depends: build}
  - name: run
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			target := u.Template.Body().Get("target")
			text, known := knownText(u, target)
			if u.Template.Type() != ir.DAG || u.Graph == nil || !known || strings.TrimSpace(text) == "" {
				continue
			}
			needed, ok := neededTasks(u.Graph, strings.Fields(text))
			if !ok {
				continue // a target that does not exist is reported as such
			}
			for i, c := range u.Template.Tasks {
				if !needed[i] {
					p.Report(diag.Diagnostic{
						Span:    callPlace(c),
						Message: fmt.Sprintf("%s never runs: no task of the target depends on it", c.Describe()),
						Help:    "add it to the target, or remove it",
						Related: []diag.Related{{Span: target.Place(), Message: "the target"}},
					})
				}
			}
		}
	},
}

// neededTasks are the tasks that targets name, and all that those wait for.
func neededTasks(g *trace.Graph, targets []string) (needed map[int]bool, ok bool) {
	needed = map[int]bool{}
	var rest []int
	for _, name := range targets {
		i, found := g.First[name]
		if !found {
			return nil, false
		}
		rest = append(rest, i)
	}
	for len(rest) > 0 {
		i := rest[len(rest)-1]
		rest = rest[:len(rest)-1]
		if needed[i] {
			continue
		}
		needed[i] = true
		for _, d := range g.Deps[i] {
			if d.Task >= 0 {
				rest = append(rest, d.Task)
			}
		}
	}
	return needed, true
}
