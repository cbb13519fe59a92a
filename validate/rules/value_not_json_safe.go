package rules

import (
	"fmt"
	"iter"
	"strings"
	"unicode"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

var valueNotJSONSafe = validate.Rule{
	Name: "value-not-json-safe", Group: validate.DataFlow, Severity: diag.Error, Argo: diag.Error,
	Summary: "a tag stands for a value with a control character that the reference cannot insert",
	Why: `The reference writes values into the JSON text of a template, and does not get control characters (other than line breaks
and tabs) or unprintable characters past that. Take them out, or pass them in an encoded form such as base64.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: ring-}
spec:
  entrypoint: main
  arguments:
    parameters: [{name: bell, value: "ring \a"}]
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [echo, "{{workflow.parameters.bell}}"]
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: ring-}
spec:
  entrypoint: main
  arguments:
    parameters: [{name: bell, value: "ring \\007"}]
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [printf, "{{workflow.parameters.bell}}"]
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Unsafe {
			char := firstUnsafe(u.Value)
			d := diag.Diagnostic{
				Span:    u.Span,
				Message: fmt.Sprintf("the value to insert here holds the character %U, which the reference cannot insert", char),
				Help:    "take the character out of the value, or pass it encoded, as base64 for example",
			}
			for n := range givenValues(u.Use) {
				if strings.ContainsRune(n.Text(), char) {
					d.Related = append(d.Related, diag.Related{Span: n.Place(), Message: "it comes from here"})
					break
				}
			}
			p.Report(d)
		}
	},
}

func firstUnsafe(text string) rune {
	for _, r := range text {
		if !unicode.IsPrint(r) && !strings.ContainsRune("\b\t\n\f\r", r) {
			return r
		}
	}
	return unicode.ReplacementChar
}

// givenValues are the values that a use may insert, nearest first.
func givenValues(u *trace.Use) iter.Seq[*tree.Node] {
	lists := [][]*ir.Parameter{u.Template.Inputs.Parameters, u.Run.Arguments}
	if u.Call != nil {
		lists = append([][]*ir.Parameter{u.Call.Arguments.Parameters}, lists...)
	}
	return func(yield func(*tree.Node) bool) {
		for _, list := range lists {
			for _, p := range list {
				if !yield(p.Value) || !yield(p.Default) {
					return
				}
			}
		}
	}
}
