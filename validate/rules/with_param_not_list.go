package rules

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var withParamNotList = validate.Rule{
	Name: "with-param-not-list", Group: validate.DataFlow, Severity: diag.Error,
	Summary: "withParam is not a JSON list",
	Why:     `A loop over withParam takes a JSON list, such as ["a", "b"]. Anything else ends the step in an error.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - name: print
        template: print
        withParam: a,b
        arguments:
          parameters: [{name: text, value: "{{item}}"}]
  - name: print
    inputs:
      parameters: [{name: text}]
    container: {image: "alpine:3.23", command: [echo, "{{inputs.parameters.text}}"]}
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
    - - name: print
        template: print
        withParam: '["a", "b"]'
        arguments:
          parameters: [{name: text, value: "{{item}}"}]
  - name: print
    inputs:
      parameters: [{name: text}]
    container: {image: "alpine:3.23", command: [echo, "{{inputs.parameters.text}}"]}
`,
	Check: func(p *validate.Pass) {
		for u, c := range loops(p) {
			text, known := knownText(u, c.WithParam)
			if !known || strings.TrimSpace(text) == "" || strings.Contains(text, "{{") {
				continue
			}
			var list []any
			if err := json.Unmarshal([]byte(text), &list); err == nil {
				continue
			}
			d := diag.Diagnostic{Span: c.WithParam.Place(), Message: "withParam is not a JSON list", Help: `write a list such as ["a", "b"], or use withItems`}
			var value any
			switch err := json.Unmarshal([]byte(text), &value); {
			case err == nil:
				d.Message = "withParam is " + jsonKind(value) + ", not a list"
			case text != c.WithParam.Text():
				d.Message = fmt.Sprintf("withParam becomes %q, which is not a JSON list", text)
			}
			p.Report(d)
		}
	},
}

// jsonKind says what a decoded JSON value is.
func jsonKind(v any) string {
	switch v.(type) {
	case map[string]any:
		return "an object"
	case string:
		return "a text"
	case float64:
		return "a number"
	case bool:
		return "a boolean"
	}
	return "null"
}
