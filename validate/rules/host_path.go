package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var hostPath = validate.Rule{
	Name: "host-path", Group: validate.Security, Severity: diag.Warning, Profile: validate.SecurityProfile,
	Summary: "a volume is a folder of the node",
	Why: `The step reads and writes files of the node, and of others on it; with the socket of the container runtime it can start
any container there. Use a volume claim, an artifact or emptyDir.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  volumes:
  - {name: docker, hostPath: {path: /var/run/docker.sock}}
  templates:
  - name: main
    container:
      image: docker:29
      command: [docker, ps]
      volumeMounts: [{name: docker, mountPath: /var/run/docker.sock}]
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
      image: docker:29
      command: [docker, ps]
      volumeMounts: [{name: work, mountPath: /work}]
`,
	Check: func(p *validate.Pass) {
		for n := range podParts(p) {
			for _, v := range n.Get("volumes").List() {
				host := v.Get("hostPath")
				if host.IsNull() {
					continue
				}
				message := fmt.Sprintf("volume %q is a path of the node", v.Get("name").Text())
				if strings.HasSuffix(host.Get("path").Text(), ".sock") {
					message = fmt.Sprintf("volume %q gives the step the node's container runtime", v.Get("name").Text())
				}
				p.Report(diag.Diagnostic{Span: keyPlace(v, "hostPath"), Message: message})
			}
		}
	},
}
