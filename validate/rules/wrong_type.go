package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var wrongType = validate.Rule{
	Name: "wrong-type", Group: validate.Structure, Severity: diag.Error, Argo: diag.Error,
	Summary: "a value is not of the type that its field takes",
	Why: `Text fields take no bare number or boolean, and YAML reads more words as booleans than one thinks: yes, no, on, off,
y, n. One such value and the reference gives up on the whole run. Put text in quotes.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  templates:
  - name: build
    container:
      image: golang:1.26
      command: [go, build, ./...]
      env: [{name: CGO_ENABLED, value: 0}]
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  templates:
  - name: build
    container:
      image: golang:1.26
      command: [go, build, ./...]
      env: [{name: CGO_ENABLED, value: "0"}]
`,
}
