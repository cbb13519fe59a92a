package rules

import (
	"fmt"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var mountPathDuplicate = validate.Rule{
	Name: "mount-path-duplicate", Group: validate.Pods, Severity: diag.Error, Argo: diag.Error,
	Summary: "two volumes are mounted at the same path",
	Why:     `Only one of them would be seen, so Kubernetes refuses the Pod. Mount the volumes beside each other.`,
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
    container:
      image: alpine:3.23
      command: [ls, /data]
      volumeMounts:
      - {name: cache, mountPath: /data}
      - {name: work, mountPath: /data}
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
    container:
      image: alpine:3.23
      command: [ls, /data]
      volumeMounts:
      - {name: cache, mountPath: /data/cache}
      - {name: work, mountPath: /data/work}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			if t := u.Template.Type(); t != ir.Container && t != ir.ContainerSet {
				continue
			}
			first := map[string]*tree.Node{}
			for _, m := range u.Template.Body().Get("volumeMounts").List() {
				path := u.Text(m.Get("mountPath"))
				before, taken := first[path]
				if !taken {
					first[path] = m
					continue
				}
				p.Report(diag.Diagnostic{
					Span:    valuePlace(m, "mountPath"),
					Message: fmt.Sprintf("something is mounted at %q already", path),
					Help:    "mount it at another path",
					Related: []diag.Related{{Span: valuePlace(before, "mountPath"), Message: fmt.Sprintf("volume %q is mounted there", before.Get("name").Text())}},
				})
			}
		}
	},
}
