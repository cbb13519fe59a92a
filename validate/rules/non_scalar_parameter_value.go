package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var nonScalarParameterValue = validate.Rule{
	Name: "non-scalar-parameter-value", Group: validate.Structure, Severity: diag.Error,
	Summary: "the value of a parameter is a list or a map",
	Why: `Parameters are text. A list or map is read as the empty text, without a word. Write it as JSON text, which withParam
and expressions can take apart.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  arguments:
    parameters:
    - name: platforms
      value: [linux, darwin]
  templates:
  - name: build
    container: {image: "golang:1.26", command: [go, build, ./...]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  arguments:
    parameters:
    - name: platforms
      value: '["linux", "darwin"]'
  templates:
  - name: build
    container: {image: "golang:1.26", command: [go, build, ./...]}
`,
}
