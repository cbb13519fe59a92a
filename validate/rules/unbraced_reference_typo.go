package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var unbracedReferenceTypo = validate.Rule{
	Name: "unbraced-reference-typo", Group: validate.References, Severity: diag.Error,
	Summary: "a reference without braces leads nowhere",
	Why: `from and valueFrom.parameter may be written without braces. Argo's linter then does not look at them, and the step ends in
an error when the output is not found.`,
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
    outputs:
      parameters: [{name: version, valueFrom: {parameter: steps.biuld.outputs.parameters.version}}]
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
    outputs:
      parameters: [{name: version, valueFrom: {parameter: steps.build.outputs.parameters.version}}]
  - name: build
    container: {image: "alpine:3.23", command: [date]}
    outputs: {parameters: [{name: version, valueFrom: {path: /version}}]}
`,
	Check: func(p *validate.Pass) {
		for _, o := range p.Project.Objects {
			for t := range o.AllTemplates() {
				if !t.Type().IsGroup() {
					continue
				}
				for _, q := range t.Outputs.Parameters {
					checkUnbraced(p, t, q.ValueFrom.Get("parameter"), parameter)
				}
				for _, a := range t.Outputs.Artifacts {
					checkUnbraced(p, t, a.From, artifact)
				}
				for _, c := range t.Calls() {
					for _, a := range c.Arguments.Artifacts {
						checkUnbraced(p, t, a.From, artifact)
					}
				}
			}
		}
	},
}

// checkUnbraced reports n, in the body of t, if it names no output or input of
// that kind.
func checkUnbraced(p *validate.Pass, t *ir.Template, n *tree.Node, kind string) {
	text := n.Text()
	if text == "" || strings.Contains(text, "{{") || insideLoop(t) {
		return
	}
	parts := strings.Split(text, ".")
	report := func(part int, message string, candidates map[string]bool) {
		start := len(strings.Join(parts[:part], "."))
		if part > 0 {
			start++
		}
		p.Report(diag.Diagnostic{
			Span: n.Source(start, start+len(parts[part])), Message: message, Help: diag.DidYouMean(parts[part], slices.Values(slices.Sorted(maps.Keys(candidates)))),
		})
	}
	switch {
	case parts[0] == "inputs" && len(parts) == 3 && parts[1] == kind+"s":
		if declared := declaredNames(t.Inputs, kind); !declared[parts[2]] {
			report(2, fmt.Sprintf("%s has no input %s %q", t.Describe(), kind, parts[2]), declared)
		}
	case (parts[0] == "steps" || parts[0] == "tasks") && len(parts) > 2:
		calls := map[string]*ir.Call{}
		names := map[string]bool{}
		for _, c := range t.Calls() {
			if isDynamic(c.Name) {
				return
			}
			calls[c.Name.Text()], names[c.Name.Text()] = c, true
		}
		c := calls[parts[1]]
		switch {
		case c == nil || c.Scope() != parts[0]:
			report(1, fmt.Sprintf("%s has no %s %q", t.Describe(), strings.TrimSuffix(parts[0], "s"), parts[1]), names)
		case c.Callee.Target != nil && len(parts) == 5 && parts[2] == "outputs" && parts[3] == kind+"s":
			if declared := declaredNames(c.Callee.Target.Outputs, kind); !declared[parts[4]] && !hasDynamic(declared) {
				report(4, fmt.Sprintf("%s has no output %s %q", c.Callee.Target.Describe(), kind, parts[4]), declared)
			}
		}
	case parts[0] == "workflow" || parts[0] == "item":
	default:
		p.Report(diag.Diagnostic{
			Span: n.Place(), Message: fmt.Sprintf("%q names no %s of a step, a task or an input", text, kind), Help: fmt.Sprintf("write a reference such as {{steps.NAME.outputs.%ss.NAME}}", kind),
		})
	}
}

func hasDynamic(names map[string]bool) bool {
	for name := range names {
		if strings.Contains(name, "{{") {
			return true
		}
	}
	return false
}
