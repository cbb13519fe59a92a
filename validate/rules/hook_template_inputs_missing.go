package rules

import (
	"fmt"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

var hookTemplateInputsMissing = validate.Rule{
	Name: "hook-template-inputs-missing", Group: validate.Arguments, Severity: diag.Error,
	Summary: "a hook does not pass an input that its template needs",
	Why: `Hooks pass their own arguments only, and exit handlers named by onExit those of the workflow. An input without a default
that gets none ends the hook in an error when it runs.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  hooks:
    exit: {template: notify}
  templates:
  - name: build
    container: {image: "alpine:3.23", command: [date]}
  - name: notify
    inputs: {parameters: [{name: text}]}
    container: {image: "alpine:3.23", command: [echo, "{{inputs.parameters.text}}"]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  hooks:
    exit: {template: notify, arguments: {parameters: [{name: text, value: done}]}}
  templates:
  - name: build
    container: {image: "alpine:3.23", command: [date]}
  - name: notify
    inputs: {parameters: [{name: text}]}
    container: {image: "alpine:3.23", command: [echo, "{{inputs.parameters.text}}"]}
`,
	Check: func(p *validate.Pass) {
		for _, o := range p.Project.Objects {
			for h := range o.AllHooks() {
				reportPassedTwice(p, h)
				if h.Callee.Target == nil {
					continue
				}
				if name, ok := missingInput(h.Callee.Target, h.Arguments); ok {
					p.Report(diag.Diagnostic{
						Span: h.Event.Span, Message: fmt.Sprintf("hook %q does not pass %q, which %s needs", h.Event.Value, name, h.Callee.Target.Describe()), Help: "pass it in arguments",
						Related: []diag.Related{{Span: templatePlace(h.Callee.Target), Message: "the template"}},
					})
				}
			}
		}
	},
}

func reportPassedTwice(p *validate.Pass, h *ir.Hook) {
	first := map[string]*tree.Node{}
	for _, q := range h.Arguments.Parameters {
		name := q.Name.Text()
		if before := first[name]; before != nil && name != "" {
			p.Report(diag.Diagnostic{
				Span: q.Name.Place(), Message: fmt.Sprintf("hook %q passes %q twice", h.Event.Value, name), Help: "keep one of the two",
				Related: []diag.Related{{Span: before.Place(), Message: "the first"}},
			})
		}
		first[name] = q.Name
	}
}

// missingInput is the first input of t that neither has a value nor gets one.
func missingInput(t *ir.Template, passed ir.Arguments) (string, bool) {
	for _, q := range t.Inputs.Parameters {
		if q.Value == nil && q.Default == nil && !q.ValueFrom.Has("configMapKeyRef") && !isPassed(passed.Parameter(q.Name.Text())) {
			return q.Name.Text(), q.Name.Text() != ""
		}
	}
	for _, a := range t.Inputs.Artifacts {
		if !a.Optional && !trace.HasLocation(a.Node) && passed.Artifact(a.Name.Text()) == nil {
			return a.Name.Text(), a.Name.Text() != ""
		}
	}
	return "", false
}

func isPassed(q *ir.Parameter) bool {
	return q != nil && (q.Value != nil || q.ValueFrom != nil || q.Default != nil)
}
