package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var outputArtifactLocationUnvalidated = validate.Rule{
	Name: "output-artifact-location-unvalidated", Group: validate.DataFlow, Severity: diag.Error,
	Summary: "the place of an output or of an argument is incomplete",
	Why: `Only the places of inputs are looked at when a workflow is submitted. An hdfs place without addresses, user or absolute path, and a git place without a
repo, fail when the artifact is due.`,
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
      - {name: data, path: /tmp/data, hdfs: {path: data/today, addresses: ["hdfs:8020"], hdfsUser: root}}
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
      - {name: data, path: /tmp/data, hdfs: {path: /data/today, addresses: ["hdfs:8020"], hdfsUser: root}}
    container: {image: "alpine:3.23", command: [ls, /tmp/data]}
`,
	Check: func(p *validate.Pass) {
		for a := range artifacts(p) {
			if a.role != "input" {
				checkLocation(p, a.Node, a.text)
			}
		}
		for _, u := range p.Trace.Bodies {
			checkLocation(p, u.Template.Node.At("data", "source", "artifactPaths"), u.Text)
		}
	},
}
