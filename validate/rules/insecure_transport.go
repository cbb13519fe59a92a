package rules

import (
	"slices"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var insecureTransport = validate.Rule{
	Name: "insecure-transport", Group: validate.Security, Severity: diag.Warning, Profile: validate.SecurityProfile,
	Summary: "artifacts or requests travel without encryption, or the other side is not checked",
	Why:     `Who can listen in reads the data and the credentials, and can replace what is downloaded. Use https, and keep the checks on.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    inputs:
      artifacts:
      - name: tool
        path: /bin/tool
        http: {url: "http://example.com/tool"}
    container: {image: "alpine:3.23", command: [/bin/tool]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    inputs:
      artifacts:
      - name: tool
        path: /bin/tool
        http: {url: "https://example.com/tool"}
    container: {image: "alpine:3.23", command: [/bin/tool]}
`,
	Check: func(p *validate.Pass) {
		for n := range podParts(p) {
			for _, part := range []string{"inputs", "outputs", "arguments", "archiveLocation", "http"} {
				reportInsecure(p, n.Get(part))
			}
		}
		for _, o := range p.Project.Objects {
			for c := range o.AllCalls() {
				reportInsecure(p, c.Node.Get("arguments"))
			}
		}
	},
}

var insecureSwitches = []string{"insecure", "insecureSkipVerify", "insecureIgnoreHostKey"}

// reportInsecure reports switches and addresses below n.
func reportInsecure(p *validate.Pass, n *tree.Node) {
	for m := range n.All() {
		for _, key := range insecureSwitches {
			if m.Get(key).Text() == "true" {
				p.Reportf(entryPlace(m, key), "%s: true leaves the connection open to others", key)
			}
		}
		url := m.Get("url")
		if text := url.Text(); strings.HasPrefix(text, "http://") && !isLocal(text) {
			p.Reportf(url.Source(0, len("http://")), "http:// leaves the connection open to others")
		}
	}
}

// isLocal reports whether an address stays within the cluster.
func isLocal(url string) bool {
	host, _, _ := strings.Cut(strings.TrimPrefix(url, "http://"), "/")
	host, _, _ = strings.Cut(host, ":")
	return !strings.Contains(host, ".") || strings.HasSuffix(host, ".svc") || strings.Contains(host, ".svc.") || slices.Contains([]string{"127.0.0.1", "localhost"}, host)
}
