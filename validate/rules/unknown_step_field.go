package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var unknownStepField = validate.Rule{
	Name: "unknown-step-field", Group: validate.Structure, Severity: diag.Error, Argo: diag.Error,
	Summary: "a key is no field of a step",
	Why: `Steps are read more strictly than the rest: one unknown key, or one in another case, and the reference gives up on
the whole run. Check the spelling; depends and dependencies exist only in tasks of a dag.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  templates:
  - name: build
    steps:
    - - {name: compile, template: go}
    - - {name: test, template: go, depends: compile}
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
    - - {name: compile, template: go}
    - - {name: test, template: go}
  - name: go
    container: {image: "golang:1.26", command: [go, build, ./...]}
`,
}
