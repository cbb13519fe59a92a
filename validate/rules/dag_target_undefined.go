package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

var dagTargetUndefined = validate.Rule{
	Name: "dag-target-undefined", Group: validate.References, Severity: diag.Error, Argo: diag.Error,
	Summary: "the target of a dag names a task that does not exist",
	Why:     `target lists the tasks that have to end, separated by single spaces; tasks that none of them needs do not run.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    dag:
      target: reprot
      tasks:
      - {name: fetch, template: print}
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
      target: report
      tasks:
      - {name: fetch, template: print}
      - {name: report, template: print, depends: fetch}
  - name: print
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			target := u.Template.Node.At("dag", "target")
			text := u.Text(target)
			if u.Template.Type() != ir.DAG || text == "" {
				continue
			}
			start := 0
			for _, name := range strings.Split(text, " ") {
				judgeTarget(p, u, target, name, start)
				start += len(name) + 1
			}
		}
	},
}

// judgeTarget judges the name at byte start of the filled target.
func judgeTarget(p *validate.Pass, u *trace.Use, target *tree.Node, name string, start int) {
	if _, ok := u.Graph.First[name]; ok && name != "" || hasSimpleTag(name) {
		return
	}
	switch {
	case name == "":
		p.Report(diag.Diagnostic{
			Span: target.Place(), Message: "the target holds an empty name", Help: "separate names by single spaces",
		})
	case trace.IsPlaceholder(name):
		if p.Exact {
			p.Report(diag.Diagnostic{Span: target.Place(), Message: "the target depends on a value that only the run knows"})
		}
	default:
		d := diag.Diagnostic{
			Span:    filledPlace(u, target, start, start+len(name)),
			Message: fmt.Sprintf("this dag has no task named %q", name),
			Help:    diag.DidYouMean(name, slices.Values(u.Graph.Names)),
		}
		if strings.ContainsAny(name, ",;\t\n") {
			d.Help = "separate names by single spaces"
		}
		p.Report(d)
	}
}

func hasSimpleTag(text string) bool {
	tags, _ := expr.Tags(text)
	return slices.ContainsFunc(tags, func(t expr.Tag) bool { return !t.Expr })
}
