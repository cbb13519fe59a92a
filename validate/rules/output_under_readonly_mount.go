package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var outputUnderReadonlyMount = validate.Rule{
	Name: "output-under-readonly-mount", Group: validate.DataFlow, Severity: diag.Warning,
	Summary: "an output is written below a mount that is read-only",
	Why:     `Nothing can be written there, so the output is never made. Write it elsewhere, or mount the volume for writing.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  volumes: [{name: conf, configMap: {name: conf}}]
  templates:
  - name: main
    outputs:
      parameters: [{name: day, valueFrom: {path: /conf/day}}]
    container:
      image: alpine:3.23
      command: [sh, -c, date > /tmp/day]
      volumeMounts: [{name: conf, mountPath: /conf, readOnly: true}]
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  volumes: [{name: conf, configMap: {name: conf}}]
  templates:
  - name: main
    outputs:
      parameters: [{name: day, valueFrom: {path: /tmp/day}}]
    container:
      image: alpine:3.23
      command: [sh, -c, date > /tmp/day]
      volumeMounts: [{name: conf, mountPath: /conf, readOnly: true}]
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			for _, m := range u.Template.Body().Get("volumeMounts").List() {
				mount, known := knownText(u, m.Get("mountPath"))
				if m.Get("readOnly").Text() != "true" || !known {
					continue
				}
				for _, n := range outputPaths(u.Template) {
					if at, known := knownText(u, n); known && strings.HasPrefix(at, strings.TrimRight(mount, "/")+"/") {
						p.Report(diag.Diagnostic{
							Span: n.Place(), Message: fmt.Sprintf("%q is below a mount that is read-only", at),
							Related: []diag.Related{{Span: keyPlace(m, "readOnly"), Message: "the mount"}},
						})
					}
				}
			}
		}
	},
}
