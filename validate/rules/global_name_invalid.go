package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var globalNameInvalid = validate.Rule{
	Name: "global-name-invalid", Group: validate.Names, Severity: diag.Error, Argo: diag.Error,
	Summary: "a globalName holds a forbidden character",
	Why: `An output with a globalName becomes {{workflow.outputs.parameters.NAME}} or {{workflow.outputs.artifacts.NAME}}, so the
name holds letters, digits, "-" and "_" only. A tag in it must be written without blanks inside the braces.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: version-}
spec:
  entrypoint: main
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [sh, -c, "cat /etc/alpine-release > /tmp/version"]
    outputs:
      parameters:
      - name: version
        globalName: alpine.version
        valueFrom: {path: /tmp/version}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: version-}
spec:
  entrypoint: main
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [sh, -c, "cat /etc/alpine-release > /tmp/version"]
    outputs:
      parameters:
      - name: version
        globalName: alpine-version
        valueFrom: {path: /tmp/version}
`,
	Check: func(p *validate.Pass) {
		for l := range outputLists(p) {
			check := func(n *tree.Node) {
				name := l.text(n)
				if name == "" || ioName().MatchString(name) || tagInName().MatchString(name) {
					return
				}
				p.Report(diag.Diagnostic{
					Span:    n.Place(),
					Message: fmt.Sprintf("%q is not a valid globalName", shown(n, name)),
					Help:    nameHelp(name),
				})
			}
			for _, out := range l.Parameters {
				check(out.GlobalName)
			}
			for _, out := range l.Artifacts {
				check(out.GlobalName)
			}
		}
	},
}

// tagInName is a tag that the reference believes will become a valid name.
var tagInName = pattern(`{{[-a-zA-Z0-9]+(\.[-a-zA-Z0-9_]+)*}}`)
