package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

var dependencyUndefined = validate.Rule{
	Name: "dependency-undefined", Group: validate.References, Severity: diag.Error, Argo: diag.Error,
	Summary: "a task or container depends on one that does not exist",
	Why: `Dependencies name tasks of the same dag template, or containers of the same set. In depends every word is taken for a task, optionally
with one of its results behind a dot; conditions on values belong into when.`,
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
      - {name: report, template: print, depends: fetsh && fetch.Succeeded}
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
      - {name: report, template: print, depends: fetch.Succeeded}
  - name: print
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			if u.Graph == nil {
				continue
			}
			for i, deps := range u.Graph.Deps {
				for _, d := range deps {
					if d.Task < 0 {
						p.Report(undefinedDependency(u, i, d))
					}
				}
			}
		}
	},
}

func undefinedDependency(u *trace.Use, node int, d trace.Dep) diag.Diagnostic {
	what, where := "task", "dag"
	if u.Template.Type() == ir.ContainerSet {
		what, where = "container", "set"
	}
	out := diag.Diagnostic{
		Span:    filledPlace(u, d.Node, d.Start, d.End),
		Message: fmt.Sprintf("this %s has no %s named %q", where, what, d.Dep.Task),
	}
	inDepends := what == "task" && d.Node == u.Template.Tasks[node].Depends
	switch {
	case strings.Contains(d.Node.Text(), "{{") && trace.IsPlaceholder(u.Text(d.Node)):
		out.Span, out.Message = d.Node.Place(), "a dependency cannot be a value that only the run knows"
		out.Help = "name the " + what + " itself"
	case inDepends && operatorFor[d.Dep.Task] != "":
		out.Message = fmt.Sprintf("%q is read as the name of a task", d.Dep.Task)
		out.Help = "write " + operatorFor[d.Dep.Task]
	case inDepends && isResult(d.Dep.Task):
		out.Help = fmt.Sprintf("a result follows the name of its task: %s.%s", u.Graph.Names[0], d.Dep.Task)
	case what == "task" && !inDepends && len(expr.DependsTokens(d.Dep.Task)) > 0:
		out.Help = dependenciesHelp(u.Graph, d)
	}
	if out.Help == "" {
		out.Help = diag.DidYouMean(d.Dep.Task, slices.Values(u.Graph.Names))
	}
	return out
}

// operatorFor are words of other languages for the operators of depends.
var operatorFor = map[string]string{"and": `"&&"`, "or": `"||"`, "not": `"!"`}

func isResult(word string) bool {
	return slices.ContainsFunc(expr.Results(), func(r string) bool { return strings.EqualFold(r, word) })
}

// dependenciesHelp explains an item of dependencies that holds more than the
// names of tasks.
func dependenciesHelp(g *trace.Graph, d trace.Dep) string {
	for _, token := range expr.DependsTokens(d.Dep.Task) {
		if _, ok := g.First[token.Task]; ok && token.Result != "" {
			return "dependencies takes names only; for results write depends: " + d.Dep.Task
		}
	}
	return ""
}
