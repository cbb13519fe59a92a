package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var yamlDuplicateKey = validate.Rule{
	Name: "yaml-duplicate-key", Group: validate.Documents, Severity: diag.Error, Argo: diag.Warning,
	Summary: "a key stands twice in one map",
	Why: `Only one of the two values can count. Kubernetes' YAML reader refuses the document, and the reference passes over it
in silence, so that a pipeline stays green with nothing checked. Remove one of them.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  entrypoint: test
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
  templates:
  - name: build
    container: {image: "golang:1.26", command: [go, build, ./...]}
`,
}
