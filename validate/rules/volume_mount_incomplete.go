package rules

import (
	"fmt"
	"path"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var volumeMountIncomplete = validate.Rule{
	Name: "volume-mount-incomplete", Group: validate.Pods, Severity: diag.Error,
	Summary: "a volumeMount lacks its name or path, or its subPath leads out of the volume",
	Why:     `Kubernetes refuses the Pod. A mount needs name and mountPath; a subPath is relative, without "..", and not combined with subPathExpr.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  volumes:
  - {name: work, emptyDir: {}}
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [ls, /work]
      volumeMounts:
      - {name: work, subPath: work}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  volumes:
  - {name: work, emptyDir: {}}
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [ls, /work]
      volumeMounts:
      - {name: work, mountPath: /work, subPath: work}
`,
	Check: func(p *validate.Pass) {
		for o, t := range podTemplates(p) {
			for _, m := range allMounts(o, t) {
				checkMount(p, m)
			}
		}
	},
}

func checkMount(p *validate.Pass, m *tree.Node) {
	for _, key := range []string{"name", "mountPath"} {
		if n := m.Get(key); n.IsNull() || n.IsScalar() && n.Text() == "" {
			p.Reportf(valuePlace(m, key), "this volumeMount has no %s", key)
		}
	}
	for _, key := range []string{"subPath", "subPathExpr"} {
		sub, ok := literal(m.Get(key))
		switch {
		case !ok:
		case path.IsAbs(sub):
			p.Report(diag.Diagnostic{
				Span: m.Get(key).Place(), Message: fmt.Sprintf("%s %q is absolute, but it is a path within the volume", key, sub),
				Help: "write it without the leading slash",
			})
		case strings.Contains("/"+sub+"/", "/../"):
			p.Reportf(m.Get(key).Place(), "%s %q leads out of the volume", key, sub)
		}
	}
	if m.Get("subPath").Text() != "" && m.Get("subPathExpr").Text() != "" {
		p.Reportf(keyPlace(m, "subPathExpr"), "a mount has either subPath or subPathExpr, not both")
	}
}
