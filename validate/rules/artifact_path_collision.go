package rules

import (
	"fmt"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var artifactPathCollision = validate.Rule{
	Name: "artifact-path-collision", Group: validate.Pods, Severity: diag.Error, Argo: diag.Error,
	Summary: "an input artifact is placed where something else is",
	Why:     `The artifact would hide the volume, or the other artifact, at the same path. Give it a path of its own.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  volumes:
  - name: cache
    emptyDir: {}
  - name: work
    emptyDir: {}
  templates:
  - name: main
    inputs:
      artifacts:
      - {name: settings, path: /data, raw: {data: "debug: true"}}
    container:
      image: alpine:3.23
      command: [ls, /data]
      volumeMounts:
      - {name: cache, mountPath: /data}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  volumes:
  - name: cache
    emptyDir: {}
  - name: work
    emptyDir: {}
  templates:
  - name: main
    inputs:
      artifacts:
      - {name: settings, path: /data/settings.yaml, raw: {data: "debug: true"}}
    container:
      image: alpine:3.23
      command: [ls, /data]
      volumeMounts:
      - {name: cache, mountPath: /data}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			if u.Template.Type() != ir.Container {
				continue
			}
			taken := map[string]diag.Related{}
			for _, m := range u.Template.Body().Get("volumeMounts").List() {
				taken[u.Text(m.Get("mountPath"))] = diag.Related{
					Span: valuePlace(m, "mountPath"), Message: fmt.Sprintf("volume %q is mounted there", u.Text(m.Get("name"))),
				}
			}
			for _, a := range u.Template.Inputs.Artifacts {
				path := u.Text(a.Path)
				if path == "" {
					continue
				}
				if other, ok := taken[path]; ok {
					p.Report(diag.Diagnostic{
						Span:    a.Path.Place(),
						Message: fmt.Sprintf("artifact %q is placed at %q, which is taken", a.Name.Text(), path),
						Related: []diag.Related{other},
						Help:    "place it at another path",
					})
					continue
				}
				taken[path] = diag.Related{Span: a.Path.Place(), Message: fmt.Sprintf("artifact %q is placed there", a.Name.Text())}
			}
		}
	},
}
