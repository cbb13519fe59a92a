package rules

import (
	"fmt"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/validate"
)

var argumentValueFromUnsupported = validate.Rule{
	Name: "argument-value-from-unsupported", Group: validate.Arguments, Severity: diag.Error, Argo: diag.Error,
	Summary: "an argument comes from a source that only outputs have",
	Why: `Files (path), objects (jsonPath) and steps (parameter, expression) are sources of output parameters. An argument is a value,
or comes from a ConfigMap (configMapKeyRef), from an event, or from whoever submits or resumes (supplied).`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: hello-}
spec:
  entrypoint: main
  arguments:
    parameters:
    - {name: message, valueFrom: {path: /tmp/message}}
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [echo, "{{workflow.parameters.message}}"]
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: hello-}
spec:
  entrypoint: main
  arguments:
    parameters:
    - {name: message, valueFrom: {configMapKeyRef: {name: messages, key: hello}}}
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [echo, "{{workflow.parameters.message}}"]
`,
	Check: func(p *validate.Pass) {
		for l := range argumentLists(p) {
			for _, a := range l.valued(p.Exact).Parameters {
				if a.ValueFrom == nil {
					continue
				}
				if at, message := valueFromFault(l, a); message != "" {
					p.Report(diag.Diagnostic{
						Span: at, Message: message,
						Help: "give a value, or take it from configMapKeyRef, event or supplied",
					})
				}
			}
		}
	},
}

// valueFromFault says what is wrong with the valueFrom of an argument, "" when
// nothing is.
func valueFromFault(l ioList, a *ir.Parameter) (at source.Span, message string) {
	for _, s := range []string{"path", "jsonPath", "parameter", "expression"} {
		if l.text(a.ValueFrom.Get(s)) != "" {
			return keyPlace(a.ValueFrom, s), fmt.Sprintf("an argument cannot come from %s", s)
		}
	}
	if a.ValueFrom.Has("configMapKeyRef") || a.ValueFrom.Has("supplied") || l.text(a.ValueFrom.Get("event")) != "" {
		return source.Span{}, ""
	}
	return keyPlace(a.Node, "valueFrom"), fmt.Sprintf("the valueFrom of argument %q names no source", l.text(a.Name))
}
