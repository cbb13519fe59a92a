package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var privilegedContainer = validate.Rule{
	Name: "privileged-container", Group: validate.Security, Severity: diag.Warning, Profile: validate.SecurityProfile,
	Summary: "a container is privileged or may gain privileges",
	Why:     `A privileged container is root on its node. Name the one capability that it needs, and set allowPrivilegeEscalation: false.`,
	Bad: `
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
      securityContext: {privileged: true}
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
      securityContext: {privileged: false}
`,
	Check: func(p *validate.Pass) {
		for sc := range securityContexts(p) {
			for _, key := range []string{"privileged", "allowPrivilegeEscalation"} {
				if sc.Get(key).Text() == "true" {
					p.Reportf(entryPlace(sc, key), "%s: true gives this container power over its node", key)
				}
			}
		}
	},
}
