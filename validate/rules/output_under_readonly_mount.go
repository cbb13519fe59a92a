package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
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
				because := readOnlyBecause(u, m)
				if because == nil || !known {
					continue
				}
				for _, n := range outputPaths(u.Template) {
					if at, known := knownText(u, n); known && strings.HasPrefix(at, strings.TrimRight(mount, "/")+"/") {
						p.Report(diag.Diagnostic{
							Span: n.Place(), Message: fmt.Sprintf("%q is below a mount that is read-only", at),
							Related: []diag.Related{{Span: because.Place(), Message: "this makes it so"}},
						})
					}
				}
			}
		}
	},
}

// readOnlyBecause is what makes a mount read-only: it says so, or its volume is
// of a kind that nobody can write to. It is nil for all others.
func readOnlyBecause(u *trace.Use, mount *tree.Node) *tree.Node {
	if n := mount.Get("readOnly"); n.Text() == "true" {
		return n
	}
	for _, list := range []*tree.Node{u.Template.Node.Get("volumes"), u.Run.Object.Spec.Node.Get("volumes")} {
		for _, v := range list.List() {
			if v.Get("name").Text() != mount.Get("name").Text() {
				continue
			}
			for _, kind := range []string{"configMap", "secret", "downwardAPI", "projected"} {
				if v.Has(kind) {
					return v.Get("name")
				}
			}
		}
	}
	return nil
}
