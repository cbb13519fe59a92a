package rules

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/validate"
)

var dependsResultInvalid = validate.Rule{
	Name: "depends-result-invalid", Group: validate.Control, Severity: diag.Error, Argo: diag.Error,
	Summary: "depends asks for a result that tasks do not have",
	Why:     `A task ends Succeeded, Failed, Errored, Skipped, Omitted or Daemoned; a looped one also AnySucceeded or AllFailed.`,
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
      - {name: report, template: print, depends: fetch.Success}
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
			if u.Template.Type() != ir.DAG {
				continue
			}
			for _, deps := range u.Graph.Deps {
				for _, d := range deps {
					if d.Result == "" || d.Task < 0 || slices.Contains(expr.Results(), d.Result) {
						continue
					}
					p.Report(diag.Diagnostic{
						Span:    filledPlace(u, d.Node, d.End-len(d.Result), d.End),
						Message: fmt.Sprintf("%q is not a result of a task", d.Result),
						Help:    resultHelp(d.Result),
					})
				}
			}
		}
	},
}

// resultHelp proposes the result that word most likely means.
func resultHelp(word string) string {
	for _, r := range expr.Results() {
		if len(word) >= 4 && strings.HasPrefix(r, strings.ToUpper(word[:1])+strings.ToLower(word[1:4])) {
			return "did you mean " + strconv.Quote(r) + "?"
		}
	}
	if help := diag.DidYouMean(word, slices.Values(expr.Results())); help != "" {
		return help
	}
	return "use one of " + strings.Join(expr.Results(), ", ")
}
