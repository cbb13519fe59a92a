package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var reservedArtifactName = validate.Rule{
	Name: "reserved-artifact-name", Group: validate.DataFlow, Severity: diag.Warning,
	Summary: "an output artifact has the name under which logs are kept",
	Why:     `Archived logs are stored as an output artifact named main-logs. An artifact of that name collides with them. Rename it.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    outputs:
      artifacts:
      - {name: main-logs, path: /tmp/data}
    container: {image: "alpine:3.23", command: [ls, /tmp/data]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    outputs:
      artifacts:
      - {name: data, path: /tmp/data}
    container: {image: "alpine:3.23", command: [ls, /tmp/data]}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			for _, a := range u.Template.Outputs.Artifacts {
				if u.Template.Type().IsPod() && a.Name.Text() == "main-logs" {
					p.Report(diag.Diagnostic{Span: a.Name.Place(), Message: `archived logs have the name "main-logs", too`, Help: "rename the artifact"})
				}
			}
		}
	},
}
