package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var podOnlyFieldsOnNonPod = validate.Rule{
	Name: "pod-only-fields-on-non-pod", Group: validate.DeadWeight, Severity: diag.Warning,
	Summary: "a template that runs no Pod has fields that are for Pods",
	Why:     `They do nothing, and are not handed down to the templates that are called. Move them to those, or to templateDefaults.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    volumes:
    - {name: work, emptyDir: {}}
    steps:
    - - {name: print, template: print}
  - name: print
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: print, template: print}
  - name: print
    volumes:
    - {name: work, emptyDir: {}}
    container:
      image: alpine:3.23
      command: [date]
      volumeMounts:
      - {name: work, mountPath: /work}
`,
	Check: func(p *validate.Pass) {
		for o, t := range podTemplates(p) {
			if o.Spec.Defaults == t || t.Type() == ir.NoType || t.Type().IsPod() {
				continue
			}
			for _, key := range podOnlyFields {
				if n := t.Node.Get(key); !n.IsNull() && (n.IsScalar() || len(n.Entries)+len(n.Items) > 0) {
					p.Report(diag.Diagnostic{
						Span: keyPlace(t.Node, key), Message: fmt.Sprintf("%s has no effect here: a %s template runs no Pod", key, strings.ToLower(t.Type().Key())),
						Help: "move it to a template that does, or to templateDefaults",
					})
				}
			}
		}
	},
}

// podOnlyFields are fields of a template that shape its Pod. nodeSelector,
// tolerations, affinity and the service account also reach agents, and are not among them.
var podOnlyFields = []string{"sidecars", "initContainers", "volumes", "podSpecPatch", "hostAliases", "securityContext", "schedulerName", "archiveLocation"}
