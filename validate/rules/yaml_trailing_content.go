package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var yamlTrailingContent = validate.Rule{
	Name: "yaml-trailing-content", Group: validate.Documents, Severity: diag.Warning,
	Summary: "text stands behind the end of a document",
	Why: `A document ends where its outermost value ends, or at a line with "...". Kubernetes' reader ignores what follows
up to the next "---". Begin a new document, or remove the text.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  templates:
  - name: build
    container: {image: "golang:1.26", command: [go, build, ./...]}
...
onExit: notify
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
