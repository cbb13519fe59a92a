package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var userSchema = validate.Rule{
	Name: "user-schema", Group: validate.Project, Severity: diag.Error,
	Summary: "a value does not fit the JSON Schema that the project has for it",
	Why: `weft.yaml names schemas for parameters and for what plugins are given; a comment "# weft: schema[FILE]" beside a
parameter names one for it alone. A parameter is text, so it also fits when what it says as JSON does. Values with a {{tag}}
are not known before the run, and fit.`,
	Bad: `
-- weft.yaml --
schemas:
  parameters:
    replicas: replicas.schema.json
-- replicas.schema.json --
{"type": "integer", "minimum": 1}
-- hello.yaml --
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: hello-}
spec:
  entrypoint: main
  arguments:
    parameters:
    - {name: replicas, value: "many"}
  templates:
  - name: main
    container: {image: "alpine:3.23", command: [echo, "{{workflow.parameters.replicas}}"]}
`,
	Good: `
-- weft.yaml --
schemas:
  parameters:
    replicas: replicas.schema.json
-- replicas.schema.json --
{"type": "integer", "minimum": 1}
-- hello.yaml --
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: hello-}
spec:
  entrypoint: main
  arguments:
    parameters:
    - {name: replicas, value: "3"}
  templates:
  - name: main
    container: {image: "alpine:3.23", command: [echo, "{{workflow.parameters.replicas}}"]}
`,
}
