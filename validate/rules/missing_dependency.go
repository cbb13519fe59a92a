package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

var missingDependency = validate.Rule{
	Name: "missing-dependency", Group: validate.DataFlow, Severity: diag.Error, Argo: diag.Error,
	Summary: "a task uses the outputs of one that it does not depend on",
	Why:     `Without the dependency the task may start before the value exists. Name the other task in depends or dependencies; a dependency of a dependency counts, too.`,
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
      - {name: fetch, template: fetch}
      - name: print
        template: print
        arguments:
          parameters: [{name: day, value: "{{tasks.fetch.outputs.parameters.day}}"}]
  - name: fetch
    container: {image: "alpine:3.23", command: [sh, -c, date > /tmp/day]}
    outputs:
      parameters:
      - name: day
        valueFrom: {path: /tmp/day}
  - name: print
    inputs:
      parameters: [{name: day}]
    container: {image: "alpine:3.23", command: [echo, "{{inputs.parameters.day}}"]}
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
      - {name: fetch, template: fetch}
      - name: print
        template: print
        depends: fetch
        arguments:
          parameters: [{name: day, value: "{{tasks.fetch.outputs.parameters.day}}"}]
  - name: fetch
    container: {image: "alpine:3.23", command: [sh, -c, date > /tmp/day]}
    outputs:
      parameters:
      - name: day
        valueFrom: {path: /tmp/day}
  - name: print
    inputs:
      parameters: [{name: day}]
    container: {image: "alpine:3.23", command: [echo, "{{inputs.parameters.day}}"]}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			if u.Template.Type() != ir.DAG {
				continue
			}
			for _, c := range u.Template.Tasks {
				for _, a := range c.Arguments.Parameters {
					judgeSource(p, u, c, a.Value)
				}
				for _, a := range c.Arguments.Artifacts {
					judgeSource(p, u, c, a.From)
				}
			}
		}
	},
}

// judgeSource judges an argument that is, or starts with, a tag of a task.
func judgeSource(p *validate.Pass, u *trace.Use, c *ir.Call, n *tree.Node) {
	const root = "{{tasks."
	rest, ok := strings.CutPrefix(u.Text(n), root)
	if !ok {
		return
	}
	name, _, _ := strings.Cut(rest, ".")
	sought := name // the reference looks for a task called "name}}"
	if name = strings.TrimRight(name, "}"); !p.Exact {
		sought = name
	}
	i, exists := u.Graph.First[sought]
	switch {
	case exists && u.Graph.IsAncestor(u.Template.Tasks[i], c):
		return
	case !p.Exact && !exists: // {{tasks.name}}, or unresolved anyway
		return
	}
	d := diag.Diagnostic{
		Span:    filledPlace(u, n, len(root), len(root)+len(name)),
		Message: fmt.Sprintf("%s does not depend on task %q, whose output it uses", c.Describe(), name),
		Help:    dependHelp(u, c, name),
	}
	switch {
	case exists && u.Template.Tasks[i] == c:
		d.Message, d.Help = fmt.Sprintf("%s uses its own output", c.Describe()), ""
	case exists:
		d.Related = []diag.Related{{Span: callPlace(u.Template.Tasks[i]), Message: "the task that makes the value"}}
	}
	p.Report(d)
}

// dependHelp says how to make c depend on a task, in the way of its dag.
func dependHelp(u *trace.Use, c *ir.Call, name string) string {
	switch depends := u.Text(c.Depends); {
	case len(c.Dependencies) > 0:
		return fmt.Sprintf("add %q to its dependencies", name)
	case strings.Contains(depends, "||"):
		return "write depends: (" + depends + ") && " + name
	case depends != "":
		return "write depends: " + depends + " && " + name
	}
	if dependsUser(u) == nil && slices.ContainsFunc(u.Template.Tasks, func(c *ir.Call) bool { return len(c.Dependencies) > 0 }) {
		return "add dependencies: [" + name + "]"
	}
	return "add depends: " + name
}
