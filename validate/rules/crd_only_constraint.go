package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var crdOnlyConstraint = validate.Rule{
	Name: "crd-only-constraint", Group: validate.Structure, Severity: diag.Warning,
	Summary: "a value breaks a limit that only the API server checks",
	Why: `Argo's linter lets it pass, and a cluster with the full resource definitions, the default since version 4, refuses
the manifest when it is applied. Clusters with the minimal definitions take it.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  artifactGC: {strategy: OnWorkflowDeleted}
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
  artifactGC: {strategy: OnWorkflowDeletion}
  templates:
  - name: build
    container: {image: "golang:1.26", command: [go, build, ./...]}
`,
}
