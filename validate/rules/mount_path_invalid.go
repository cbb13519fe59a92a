package rules

import (
	"fmt"
	"path"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/validate"
)

var mountPathInvalid = validate.Rule{
	Name: "mount-path-invalid", Group: validate.Pods, Severity: diag.Warning,
	Summary: "a mountPath is relative, holds a colon, or is another one but for a slash",
	Why: `Kubernetes takes such paths but container runtimes do not agree on them: a relative path starts at the root, a colon
separates fields, and /data and /data/ are the same folder, where one mount hides the other.`,
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
      - {name: work, mountPath: work}
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
      - {name: work, mountPath: /work}
`,
	Check: func(p *validate.Pass) {
		for c := range podContainers(p) {
			seen := map[string]source.Span{}
			written := map[string]string{}
			for _, m := range mounts(c) {
				n := m.Get("mountPath")
				text, ok := literal(n)
				if !ok {
					continue
				}
				windows := len(text) > 1 && text[1] == ':'
				switch clean := path.Clean(text); {
				case windows:
				case strings.Contains(text, ":"):
					p.Reportf(n.Place(), "mountPath %q holds a colon", text)
				case !path.IsAbs(text):
					p.Report(diag.Diagnostic{
						Span: n.Place(), Message: fmt.Sprintf("mountPath %q is relative", text),
						Help: fmt.Sprintf("write %q", "/"+text), Fixes: []diag.Fix{replaceText(n, "/"+text, false)},
					})
				case written[clean] != "" && written[clean] != text:
					p.Report(diag.Diagnostic{
						Span: n.Place(), Message: fmt.Sprintf("mountPath %q is the same folder as %q", text, written[clean]),
						Help:    "mount it at another path",
						Related: []diag.Related{{Span: seen[clean], Message: "mounted here"}},
					})
				default:
					seen[clean], written[clean] = n.Place(), text
				}
			}
		}
	},
}
