package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

var externalReference = validate.Rule{
	Name: "external-reference", Group: validate.References, Severity: diag.Info, Profile: validate.Strict,
	Summary: "a reference leads to what weft.yaml calls external, so the call is not checked",
	Why: `Nothing is known of the template: not whether it is there, nor what it wants and gives. A stub tells: "weft stubs" writes
one from a file or from a cluster, and stubs: in weft.yaml names it.`,
	Bad: `
-- weft.yaml --
external: [shared-*]
-- hello.yaml --
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: hello-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: notify, templateRef: {name: shared-notify, template: send}}
`,
	Good: `
-- weft.yaml --
external: [shared-*]
stubs: [stubs/shared.yaml]
-- stubs/shared.yaml --
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: shared-notify}
spec:
  templates:
  - name: send
    container: {}
-- hello.yaml --
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: hello-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: notify, templateRef: {name: shared-notify, template: send}}
`,
	Check: func(p *validate.Pass) {
		for _, l := range p.Trace.Lookups {
			if l.Fault == trace.External {
				p.Report(diag.Diagnostic{
					Span:    l.Node.Place(),
					Message: fmt.Sprintf("%s %q is external, so nothing is known of it", l.Kind, l.Name),
					Help:    "write a stub of it with weft stubs, and name that in weft.yaml",
				})
			}
		}
	},
}
