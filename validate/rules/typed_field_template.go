package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var typedFieldTemplate = validate.Rule{
	Name: "typed-field-template", Group: validate.Structure, Severity: diag.Error, Argo: diag.Error,
	Summary: "a {{tag}} stands where a number, boolean or quantity is wanted",
	Why: `Argo reads such a field before it fills in tags, and refuses the whole file. podSpecPatch is filled in first and can
set most fields of a Pod; a workflow that weft runs itself may have a tag in any field.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  arguments:
    parameters: [{name: memory, value: 2Gi}]
  templates:
  - name: build
    container:
      image: golang:1.26
      command: [go, build, ./...]
      resources:
        limits: {memory: "{{workflow.parameters.memory}}"}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  arguments:
    parameters: [{name: memory, value: 2Gi}]
  templates:
  - name: build
    podSpecPatch: '{"containers": [{"name": "main", "resources": {"limits": {"memory": "{{workflow.parameters.memory}}"}}}]}'
    container:
      image: golang:1.26
      command: [go, build, ./...]
`,
}
