package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/validate"
)

var dependsUnreachableResult = validate.Rule{
	Name: "depends-unreachable-result", Group: validate.Expressions, Severity: diag.Warning,
	Summary: "depends needs a result that the other task never has",
	Why: `Only a task with a condition can be skipped, only one that waits for others can be omitted, and only a template with daemon: true becomes
Daemoned. A task that needs such a result of another kind of task never runs.`,
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
      - {name: fetch, template: work}
      - {name: report, template: work, depends: fetch.Skipped}
  - name: work
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
      - {name: fetch, template: work}
      - {name: report, template: work, depends: fetch.Succeeded}
  - name: work
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, d := range dependencies(p) {
			if len(d.errors) > 0 {
				continue
			}
			for _, dep := range d.parsed.Deps() {
				reason := d.unreachable(dep)
				if reason == "" || !d.needs(dep) {
					continue
				}
				p.Reportf(d.node.Source(dep.Start, dep.End), "task %q is never %s: %s", dep.Task, dep.Result, reason)
			}
		}
	},
}

// unreachable says why dep never holds, "" when it may.
func (d dependency) unreachable(dep expr.Dep) string {
	i, ok := d.use.Graph.First[dep.Task]
	if !ok {
		return ""
	}
	task := d.use.Template.Tasks[i]
	switch target := task.Callee.Target; dep.Result {
	case "Skipped":
		if task.When.Text() == "" && !task.Looped() && task.WithItems == nil && task.WithParam == nil {
			return "it has no condition"
		}
	case "Omitted":
		if len(d.use.Graph.Deps[i]) == 0 {
			return "it waits for no other task"
		}
	case "Daemoned":
		if target != nil && !target.Node.Has("daemon") {
			return "its template is no daemon"
		}
	case "AnySucceeded", "AllFailed":
		return "" // depends-items-without-loop
	}
	return ""
}

// needs reports whether d is false as long as dep does not hold, whatever else does.
func (d dependency) needs(dep expr.Dep) bool {
	return !mayHold(d.parsed, func(task, result string) (bool, bool) {
		return false, task == dep.Task && result == dep.Result
	})
}
