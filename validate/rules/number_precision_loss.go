package rules

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var numberPrecisionLoss = validate.Rule{
	Name: "number-precision-loss", Group: validate.Documents, Severity: diag.Warning,
	Summary: "a number does not reach the workflow as it is written",
	Why: `Numbers pass through floating point: 9007199254740993 becomes ...992, and 1.10 becomes 1.1. Put versions, identifiers and
amounts in quotes.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  arguments:
    parameters: [{name: go-version, value: 1.20}]
  templates:
  - name: build
    container: {image: "golang:{{workflow.parameters.go-version}}", command: [go, version]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  arguments:
    parameters: [{name: go-version, value: "1.20"}]
  templates:
  - name: build
    container: {image: "golang:{{workflow.parameters.go-version}}", command: [go, version]}
`,
	Check: func(p *validate.Pass) {
		for n := range looseValues(p) {
			written := n.Span.Text()
			if n.Kind != tree.Int && n.Kind != tree.Float || n.Style != tree.Plain || !n.Alias.IsZero() || !plainNumber(written) {
				continue
			}
			f, err := strconv.ParseFloat(written, 64)
			if err != nil {
				continue
			}
			arrives := strconv.FormatFloat(f, 'f', -1, 64)
			if n.Kind == tree.Int && strings.HasPrefix(strings.TrimLeft(written, "+-"), "0") || arrives == strings.TrimPrefix(written, "+") {
				continue // octal numbers go under a rule of their own
			}
			p.Report(diag.Diagnostic{
				Span: n.Span, Message: fmt.Sprintf("the number %s reaches the workflow as %s", written, arrives), Help: fmt.Sprintf("put it in quotes: %q", written),
				Fixes: []diag.Fix{{Title: "put " + written + " in quotes", Edits: []diag.Edit{{Span: n.Span, New: strconv.Quote(written)}}}},
			})
		}
	},
}

// plainNumber reports whether text is a decimal number.
func plainNumber(text string) bool {
	return text != "" && strings.Trim(text, "+-.0123456789eE") == ""
}
