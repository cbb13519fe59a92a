package rules

import (
	"slices"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var unusedOutput = validate.Rule{
	Name: "unused-output", Group: validate.DeadWeight, Severity: diag.Info, Profile: validate.Strict,
	Summary: "nothing reads an output parameter",
	Why: `No step, output or expression of the workflow reads it. Outputs that only people look at are fine; others are left over, or
misspelt where they should be read.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: build, template: build}
  - name: build
    container: {image: "alpine:3.23", command: [date]}
    outputs: {parameters: [{name: version, valueFrom: {path: /version}}]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: build, template: build}
  - name: build
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, o := range p.Project.Objects {
			if o.Kind != ir.Workflow && o.Kind != ir.CronWorkflow {
				continue
			}
			for t := range o.AllTemplates() {
				for _, q := range t.Outputs.Parameters {
					name := q.Name.Text()
					if name == "" || q.GlobalName != nil || t == o.Spec.Template(o.Spec.Entrypoint.Text()) || mentionsOutput(p, o, name) {
						continue
					}
					p.Reportf(q.Name.Place(), "nothing reads output parameter %q of %s", name, t.Describe())
				}
			}
		}
	},
}

type outputTextsKey struct{ object *ir.Object }

// mentionsOutput reports whether some text of o may read an output called name.
func mentionsOutput(p *validate.Pass, o *ir.Object, name string) bool {
	texts := validate.Fact(p, outputTextsKey{o}, func() []string {
		var out []string
		for s := range scalars(o.Spec.Node, nil) {
			if i := strings.Index(s.Value, "outputs"); i >= 0 {
				out = append(out, s.Value[i:])
			}
		}
		return out
	})
	return slices.ContainsFunc(texts, func(text string) bool {
		return strings.Contains(text, name) || strings.Contains(text, "outputs.parameters}}")
	})
}
