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
	word, text := d.Dep.Task, u.Text(d.Node)
	out := diag.Diagnostic{Span: filledPlace(u, d.Node, d.Start, d.End)}
	switch {
	case strings.Contains(text, "{{") || trace.IsPlaceholder(text):
		out.Span, out.Message = d.Node.Place(), "a dependency cannot be a value that only the run knows"
		return out
	case text == "":
		out.Span, out.Message = d.Node.Place(), "this dependency is empty"
		return out
	case u.Template.Type() == ir.DAG:
		if start, end := wordAround(text, d.Start); strings.Contains(text[start:end], "_") {
			out.Span = filledPlace(u, d.Node, start, end)
			out.Message = fmt.Sprintf("%q cannot be a dependency: names hold letters, digits and hyphens", text[start:end])
			return out
		}
		if d.Node != u.Template.Tasks[node].Depends {
			break
		}
		if out.Message, out.Help = misread(u, text, d); out.Message != "" {
			return out
		}
	}
	what, where := "task", "dag"
	if u.Template.Type() == ir.ContainerSet {
		what, where = "container", "set"
	}
	out.Message = fmt.Sprintf("this %s has no %s named %q", where, what, word)
	if what == "task" {
		out.Help = dependenciesHelp(u.Graph, word)
	}
	if out.Help == "" {
		others := slices.DeleteFunc(slices.Clone(u.Graph.Names), func(n string) bool { return n == u.Graph.Names[node] })
		out.Help = diag.DidYouMean(word, slices.Values(others))
		if there := listed(slices.Values(others)); out.Help == "" && there != "" {
			out.Help = "name one that is there" + there
		}
	}
	return out
}

// wordAround is the run of name characters and underscores around text[at].
func wordAround(text string, at int) (start, end int) {
	other := func(r rune) bool { return r != '-' && r != '_' && !isAlphanumeric(r) }
	start, end = strings.LastIndexFunc(text[:at], other)+1, len(text)
	if n := strings.IndexFunc(text[at:], other); n >= 0 {
		end = at + n
	}
	return start, end
}

// misread explains words of depends that were not meant as the name of a task.
func misread(u *trace.Use, text string, d trace.Dep) (message, help string) {
	word := d.Dep.Task
	switch {
	case operatorFor[word] != "":
		return fmt.Sprintf("%q is read as the name of a task", word), "write " + operatorFor[word]
	case d.Start > 0 && text[d.Start-1] == '.':
		return fmt.Sprintf("%q is not a result of a task", word), resultHelp(word)
	case slices.Contains(expr.Results(), word):
		return fmt.Sprintf("%q is read as the name of a task", word), "a result follows the name of its task: " + u.Graph.Names[0] + "." + word
	}
	return "", ""
}

// operatorFor are words of other languages for the operators of depends.
var operatorFor = map[string]string{"and": `"&&"`, "or": `"||"`, "not": `"!"`}

// dependenciesHelp explains an item of dependencies that holds more than the
// names of tasks.
func dependenciesHelp(g *trace.Graph, text string) string {
	for _, token := range expr.DependsTokens(text) {
		if _, ok := g.First[token.Task]; ok && token.Result != "" {
			return "dependencies takes names only; for results write depends: " + text
		}
	}
	return ""
}
