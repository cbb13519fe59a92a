package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var unknownFieldUnderSteps = validate.Rule{
	Name: "unknown-field-under-steps", Group: validate.Structure, Severity: diag.Error,
	Summary: "a key below a step is no field of the object it stands in",
	Why: `The reference does not look at unknown keys below a step, and the API server drops them in silence: the argument,
loop or condition never takes effect. Check the spelling.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  templates:
  - name: build
    steps:
    - - name: compile
        template: go
        continueOn: {fail: true}
  - name: go
    container: {image: "golang:1.26", command: [go, build, ./...]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  templates:
  - name: build
    steps:
    - - name: compile
        template: go
        continueOn: {failed: true}
  - name: go
    container: {image: "golang:1.26", command: [go, build, ./...]}
`,
}
