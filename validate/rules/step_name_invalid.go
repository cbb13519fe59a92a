package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

var stepNameInvalid = validate.Rule{
	Name: "step-name-invalid", Group: validate.Names, Severity: diag.Error, Argo: diag.Error,
	Summary: "the name of a step or task cannot be used",
	Why: `Names of steps and tasks become parts of Pod names: letters, digits and hyphens, a letter or digit first, at most 128 characters.
The name of a step may hold tags whose values are known before the step starts; the name of a task may not hold inputs, since dependencies are worked out beforehand.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - name: print_date
        template: print
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
    steps:
    - - name: print-date
        template: print
  - name: print
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			for _, c := range bodyCalls(u) {
				if c.Name.Text() == "" {
					continue
				}
				if d, bad := judgeCallName(p, u, c); bad {
					d.Span = c.Name.Place()
					p.Report(d)
				}
			}
		}
	},
}

func judgeCallName(p *validate.Pass, u *trace.Use, c *ir.Call) (diag.Diagnostic, bool) {
	name := u.Text(c.Name)
	switch {
	case strings.Contains(name, "{{"):
		d := diag.Diagnostic{
			Message: fmt.Sprintf("the name of a %s cannot hold %s", callKind(c), leftTag(u, c.Name)),
			Help:    "names are fixed before the workflow runs",
		}
		if strings.Contains(name, "{{item") {
			d.Help = "each turn of a loop gets its number and item into its name by itself"
		}
		return d, true
	case c.Task && trace.IsPlaceholder(name):
		return diag.Diagnostic{
			Message: fmt.Sprintf("the name of a task cannot depend on a value that only the run knows: %q", c.Name.Text()),
			Help:    "give the task a fixed name",
		}, true
	case !p.Exact && computed(c.Name):
		return diag.Diagnostic{}, false
	}
	fault := nameFault(trace.Mask(name, "x"))
	if fault == "" {
		return diag.Diagnostic{}, false
	}
	d := diag.Diagnostic{Message: fmt.Sprintf("%s name %q %s", callKind(c), name, fault)}
	switch {
	case trace.IsPlaceholder(name):
		d.Message = fmt.Sprintf("%s name %q %s", callKind(c), c.Name.Text(), fault)
	case name == c.Name.Text():
		d.Help = mendedHelp(name)
	}
	return d, true
}

// computed reports whether n holds an expression over values: what it yields
// for stand-ins says nothing.
func computed(n *tree.Node) bool {
	tags, _ := expr.Tags(n.Text())
	for _, t := range tags {
		if !t.Expr {
			continue
		}
		if e, err := expr.ParseExpr(t.Body[1:]); err != nil || len(e.Roots()) > 0 {
			return true
		}
	}
	return false
}

func mendedHelp(name string) string {
	if mended := mendedName(name); mended != "" {
		return `write "` + mended + `"`
	}
	return ""
}
