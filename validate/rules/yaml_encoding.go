package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var yamlEncoding = validate.Rule{
	Name: "yaml-encoding", Group: validate.Documents, Severity: diag.Error, Argo: diag.Warning,
	Summary: "a file is not UTF-8 text",
	Why: `YAML for Kubernetes is UTF-8 without control characters; other encodings and stray bytes cannot be read. Save the
file as UTF-8.`,
	Bad: "# caf\xe9, saved as Latin-1\n" + `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  templates:
  - name: build
    container: {image: "golang:1.26", command: [go, build, ./...]}
`,
	Good: `
# café
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
