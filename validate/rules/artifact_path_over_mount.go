package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var artifactPathOverMount = validate.Rule{
	Name: "artifact-path-over-mount", Group: validate.DataFlow, Severity: diag.Error,
	Summary: "an input artifact is to be placed around a volume",
	Why: `An artifact is copied to its path before the container starts, and cannot be placed over a directory in which a volume is mounted. Place it beside
the mount, or below it.`,
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
      volumeMounts: [{name: work, mountPath: /data/cache}]
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
      volumeMounts: [{name: work, mountPath: /data/cache}]
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			for _, m := range u.Template.Body().Get("volumeMounts").List() {
				mount, known := knownText(u, m.Get("mountPath"))
				if !known {
					continue
				}
				for _, a := range u.Template.Inputs.Artifacts {
					if at, known := knownText(u, a.Path); known && len(at) > 1 && strings.HasPrefix(mount, strings.TrimRight(at, "/")+"/") {
						p.Report(diag.Diagnostic{
							Span: a.Path.Place(), Message: fmt.Sprintf("a volume is mounted inside %q", at),
							Related: []diag.Related{{Span: m.Get("mountPath").Place(), Message: "the mount"}},
						})
					}
				}
			}
		}
	},
}
