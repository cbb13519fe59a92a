package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var initContainerNameRequired = validate.Rule{
	Name: "init-container-name-required", Group: validate.Pods, Severity: diag.Error, Argo: diag.Error,
	Summary: "an init container has no name",
	Why:     `Every container of a Pod needs a name of its own; the workflow is refused otherwise. Name it.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: migrate-}
spec:
  entrypoint: migrate
  templates:
  - name: migrate
    initContainers:
    - {image: "busybox:1.37", command: [sh, -c, "until nc -z db 5432; do sleep 1; done"]}
    container: {image: "postgres:18", command: [psql, -f, /migrate.sql]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: migrate-}
spec:
  entrypoint: migrate
  templates:
  - name: migrate
    initContainers:
    - {name: wait-for-db, image: "busybox:1.37", command: [sh, -c, "until nc -z db 5432; do sleep 1; done"]}
    container: {image: "postgres:18", command: [psql, -f, /migrate.sql]}
`,
	Check: func(p *validate.Pass) {
		for t := range usedTemplates(p) {
			for _, c := range t.Node.Get("initContainers").List() {
				if c.Get("name").Text() == "" {
					p.Report(diag.Diagnostic{Span: valuePlace(c, "name"), Message: "this init container has no name", Help: "add name:"})
				}
			}
		}
	},
}
