package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var envNameOdd = validate.Rule{
	Name: "env-name-odd", Group: validate.Pods, Severity: diag.Warning,
	Summary: "the name of an environment variable is not one that programs can use",
	Why: `Shells read only variables of letters, digits and underscores, a digit not first; older Kubernetes refuses the Pod for
most other characters. Rename the variable.`,
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
      command: [env]
      env:
      - {name: "LOG LEVEL", value: debug}
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
      command: [env]
      env:
      - {name: LOG_LEVEL, value: debug}
`,
	Check: func(p *validate.Pass) {
		for c := range podContainers(p) {
			for _, e := range c.node.Get("env").List() {
				n := e.Get("name")
				name, ok := literal(n)
				// = is an error, and is reported as one.
				if !ok || envName().MatchString(name) || strings.Contains(name, "=") {
					continue
				}
				d := diag.Diagnostic{Span: n.Place(), Message: fmt.Sprintf("%q is no name for an environment variable", name)}
				if mended := oddInEnv().ReplaceAllString(strings.TrimLeft(strings.TrimSpace(name), "$0123456789"), "_"); envName().MatchString(mended) {
					d.Help = fmt.Sprintf("write %q", mended)
					d.Fixes = []diag.Fix{replaceText(n, mended, false)}
				}
				p.Report(d)
			}
		}
	},
}

// Dots and hyphens are common: Java and .NET programs read such names.
var (
	envName  = pattern(`^[-._a-zA-Z][-._a-zA-Z0-9]*$`)
	oddInEnv = pattern(`[^-._a-zA-Z0-9]+`)
)
