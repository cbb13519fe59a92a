package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var unknownField = validate.Rule{
	Name: "unknown-field", Group: validate.Structure, Severity: diag.Error, Argo: diag.Error,
	Summary: "a key is no field of the object it stands in",
	Why: `The API server drops or refuses fields it does not know, so the setting never takes effect. Names of fields are
case-sensitive. Check the spelling and whether the key belongs further in or out.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  templates:
  - name: build
    image: golang:1.26
    container: {command: [go, build, ./...], image: "golang:1.26"}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  templates:
  - name: build
    container: {image: "golang:1.26", command: [go, build, ./...]}
`,
}
