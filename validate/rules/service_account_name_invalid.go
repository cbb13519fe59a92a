package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var serviceAccountNameInvalid = validate.Rule{
	Name: "service-account-name-invalid", Group: validate.Pods, Severity: diag.Error,
	Summary: "the name of a service account is none that Kubernetes allows",
	Why:     `No service account has such a name, and the API server refuses Pods that want it. Names consist of lower-case letters, digits, hyphens and dots.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  serviceAccountName: build_bot
  templates:
  - name: main
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  serviceAccountName: build-bot
  templates:
  - name: main
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for n := range podParts(p) {
			if account := n.Get("serviceAccountName"); account != nil && account.Text() != "" && !isDynamic(account) {
				checkObjectName(p, account, account.Text())
			}
		}
	},
}
