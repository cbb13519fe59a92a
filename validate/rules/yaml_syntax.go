package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var yamlSyntax = validate.Rule{
	Name: "yaml-syntax", Group: validate.Documents, Severity: diag.Error, Argo: diag.Warning,
	Summary: "a document is not valid YAML or JSON",
	Why: `The document cannot be read, so nothing in it is checked, and no cluster takes it. The reference passes over such a
document in silence as long as it finds another one. Mend the text at the place shown.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  templates:
  - name: build
    container: {image: "golang:1.26", command: [go, build, ./...]
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
