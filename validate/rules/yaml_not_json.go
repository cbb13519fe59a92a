package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var yamlNotJSON = validate.Rule{
	Name: "yaml-not-json", Group: validate.Documents, Severity: diag.Error, Argo: diag.Warning,
	Summary: "a number that YAML knows and JSON does not: .nan or .inf",
	Why: `Kubernetes' reader turns YAML into JSON, and gives up on the document where it meets such a number. The reference passes
over the document in silence, so that a pipeline stays green with nothing checked. Quote the value.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: measure-}
spec:
  entrypoint: measure
  arguments: {parameters: [{name: limit, value: .inf}]}
  templates:
  - name: measure
    container: {image: "alpine:3.23", command: [echo, "{{workflow.parameters.limit}}"]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: measure-}
spec:
  entrypoint: measure
  arguments: {parameters: [{name: limit, value: ".inf"}]}
  templates:
  - name: measure
    container: {image: "alpine:3.23", command: [echo, "{{workflow.parameters.limit}}"]}
`,
}
