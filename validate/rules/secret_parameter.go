package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var secretParameter = validate.Rule{
	Name: "secret-parameter", Group: validate.Security, Severity: diag.Warning, Profile: validate.SecurityProfile,
	Summary: "a secret is passed as a parameter",
	Why: `Parameters are stored in the workflow, shown in its status, and end up in Pod specs and logs. Give the container the secret
by env with valueFrom.secretKeyRef, and pass the name of the Secret, if need be.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  arguments: {parameters: [{name: db-password}]}
  templates:
  - name: main
    container: {image: "alpine:3.23", command: [echo, "{{workflow.parameters.db-password}}"]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [date]
      env:
      - name: DB_PASSWORD
        valueFrom: {secretKeyRef: {name: db, key: password}}
`,
	Check: func(p *validate.Pass) {
		for _, o := range p.Project.Objects {
			for _, param := range plainParameters(o) {
				name := param.Name.Text()
				if namesSecret(name) && !secretReference().MatchString(name) {
					p.Report(diag.Diagnostic{Span: param.Name.Place(), Message: fmt.Sprintf("parameter %q can be read by all who can read the workflow", name), Help: "give it to the container by secretKeyRef"})
				}
			}
		}
	},
}
