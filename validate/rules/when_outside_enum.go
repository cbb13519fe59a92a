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
)

var whenOutsideEnum = validate.Rule{
	Name: "when-outside-enum", Group: validate.Expressions, Severity: diag.Warning,
	Summary: "a condition compares a parameter with a value that its enum does not allow",
	Why:     `The parameter never has this value, so the comparison has always the same result. Upper and lower case differ.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  arguments:
    parameters:
    - {name: stage, value: test, enum: [test, production]}
  templates:
  - name: main
    steps:
    - - {name: deploy, template: deploy, when: "'{{workflow.parameters.stage}}' == 'prod'"}
  - name: deploy
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  arguments:
    parameters:
    - {name: stage, value: test, enum: [test, production]}
  templates:
  - name: main
    steps:
    - - {name: deploy, template: deploy, when: "'{{workflow.parameters.stage}}' == 'production'"}
  - name: deploy
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, c := range conditions(p) {
			expr.Walk(c.when.Root, func(n expr.Node) {
				b, ok := n.(*expr.Binary)
				if !ok || b.Op != "==" && b.Op != "!=" {
					return
				}
				for _, sides := range [][2]expr.Node{{b.X, b.Y}, {b.Y, b.X}} {
					parameter, tagged := sides[0].(*expr.TagOperand)
					value, known := sides[1].(*expr.Literal)
					if tagged && known && (value.Kind == expr.StringLiteral || value.Kind == expr.WordLiteral) {
						checkAgainstEnum(p, c, parameter, value)
					}
				}
			})
		}
	},
}

func checkAgainstEnum(p *validate.Pass, c condition, operand *expr.TagOperand, value *expr.Literal) {
	enum := enumOf(c, operand)
	var allowed []string
	for _, n := range enum.List() {
		if isDynamic(n) {
			return
		}
		allowed = append(allowed, n.Text())
	}
	if len(allowed) == 0 || slices.Contains(allowed, value.Value) {
		return
	}
	p.Report(diag.Diagnostic{
		Span: c.node.Source(value.Start, value.End), Message: fmt.Sprintf("%q is none of the values that the parameter may have", value.Value),
		Help:    "use one of them" + listed(slices.Values(allowed)),
		Related: []diag.Related{{Span: enum.Place(), Message: "the allowed values"}},
	})
}

// enumOf is the enum of the parameter that is all of operand, nil if there is none.
func enumOf(c condition, operand *expr.TagOperand) *tree.Node {
	quote := 0
	if operand.Quoted {
		quote = 1
	}
	if t := operand.Tags[0]; t.Expr || t.Start != operand.Start+quote || t.End != operand.End-quote {
		return nil
	}
	var parameters []*ir.Parameter
	name, global := strings.CutPrefix(operand.Tags[0].Key, "workflow.parameters.")
	switch own, input := strings.CutPrefix(operand.Tags[0].Key, "inputs.parameters."); {
	case global:
		parameters = c.use.Run.Object.Spec.Arguments.Parameters
	case input:
		name, parameters = own, c.use.Template.Inputs.Parameters
	}
	for _, parameter := range parameters {
		if parameter.Name.Text() == name {
			return parameter.Enum
		}
	}
	return nil
}
