package rules

import (
	"fmt"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var inputArtifactPathClashScript = validate.Rule{
	Name: "input-artifact-path-clash-script", Group: validate.DataFlow, Severity: diag.Error,
	Summary: "two things of a script are to be at the same path",
	Why:     `The API server rejects a Pod in which two mounts have the same path; an input artifact is a mount, too. Place one of them elsewhere.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  volumes: [{name: work, emptyDir: {}}]
  templates:
  - name: main
    inputs:
      artifacts: [{name: data, path: /data, raw: {data: hello}}]
    script:
      image: alpine:3.23
      command: [sh]
      source: ls /data
      volumeMounts: [{name: work, mountPath: /data}]
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  volumes: [{name: work, emptyDir: {}}]
  templates:
  - name: main
    inputs:
      artifacts: [{name: data, path: /in/data, raw: {data: hello}}]
    script:
      image: alpine:3.23
      command: [sh]
      source: ls /data
      volumeMounts: [{name: work, mountPath: /data}]
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			if u.Template.Type() != ir.Script {
				continue
			}
			taken := map[string]*tree.Node{}
			place := func(n *tree.Node) {
				at, known := knownText(u, n)
				if before := taken[at]; known && at != "" && before != nil {
					p.Report(diag.Diagnostic{
						Span: n.Place(), Message: fmt.Sprintf("something is at %q already", at), Help: "place it elsewhere",
						Related: []diag.Related{{Span: before.Place(), Message: "it is here"}},
					})
				}
				taken[at] = n
			}
			for _, m := range u.Template.Body().Get("volumeMounts").List() {
				place(m.Get("mountPath"))
			}
			for _, a := range u.Template.Inputs.Artifacts {
				place(a.Path)
			}
		}
	},
}
