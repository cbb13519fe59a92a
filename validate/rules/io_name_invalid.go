package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var ioNameInvalid = validate.Rule{
	Name: "io-name-invalid", Group: validate.Names, Severity: diag.Error, Argo: diag.Error,
	Summary: "the name of a parameter or artifact holds a forbidden character",
	Why: `Names of parameters and artifacts hold letters, digits, "-" and "_" only: a dot or a blank would make tags such as
{{inputs.parameters.NAME}} ambiguous. Rename it, and the tags that use it.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: hello-}
spec:
  entrypoint: main
  arguments:
    parameters: [{name: first.message, value: hello}]
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [echo, hello]
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: hello-}
spec:
  entrypoint: main
  arguments:
    parameters: [{name: first-message, value: hello}]
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [echo, "{{workflow.parameters.first-message}}"]
`,
	Check: func(p *validate.Pass) {
		for l, list := range namedLists(p) {
			for _, n := range list {
				name := l.text(n.name)
				if name == "" || ioName().MatchString(name) {
					continue
				}
				p.Report(diag.Diagnostic{
					Span:    n.name.Place(),
					Message: fmt.Sprintf("%q is not a valid %s name", shown(n.name, name), n.kind),
					Help:    nameHelp(name),
				})
			}
		}
	},
}

func nameHelp(name string) string {
	if near := mendedIOName(name); near != "" {
		return fmt.Sprintf("%s, as in %q", ioNameHelp, near)
	}
	return ioNameHelp
}
