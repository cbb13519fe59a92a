package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var configInvalid = validate.Rule{
	Name: "config-invalid", Group: validate.Project, Severity: diag.Error, Argo: diag.Error,
	Summary: "weft.yaml holds something that weft does not understand",
	Why: `A misspelt key or rule would be settings that silently do nothing. What is right in the file counts all the same.
docs/configuration.md explains every key, and "weft schema config" prints a JSON Schema for editors.`,
	Bad: `
-- weft.yaml --
profile: strict
rules:
  unknown-feild: warning
-- hello.yaml --
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: hello-}
spec:
  entrypoint: main
  templates:
  - name: main
    container: {image: "alpine:3.23", command: [echo, hello]}
`,
	Good: `
-- weft.yaml --
profile: strict
rules:
  unknown-field: warning
-- hello.yaml --
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: hello-}
spec:
  entrypoint: main
  templates:
  - name: main
    container: {image: "alpine:3.23", command: [echo, hello]}
`,
}
