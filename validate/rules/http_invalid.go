package rules

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var httpInvalid = validate.Rule{
	Name: "http-invalid", Group: validate.Pods, Severity: diag.Error,
	Summary: "an http template has no url, or one that cannot be requested",
	Why:     `The request is never sent, and the step fails. A url begins with http:// or https:// and names a host.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    http: {url: example.com/status}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    http: {url: "https://example.com/status"}
`,
	Check: func(p *validate.Pass) {
		for o, t := range podTemplates(p) {
			if t.Type() != ir.HTTP || o.Spec.Defaults == t || o.Spec.Defaults != nil && o.Spec.Defaults.Node.Has("http") {
				continue
			}
			checkURL(p, t.Body())
		}
	},
}

func checkURL(p *validate.Pass, body *tree.Node) {
	n := body.Get("url")
	text := n.Text()
	if strings.TrimSpace(text) == "" {
		if n.IsNull() || n.IsScalar() {
			p.Reportf(valuePlace(body, "url"), "this request has no url")
		}
		return
	}
	if strings.HasPrefix(text, "{{") {
		return
	}
	u, err := url.Parse(withoutTags(text))
	switch {
	case err != nil && strings.Contains(text, "{{"):
	case err != nil:
		p.Reportf(n.Place(), "%q is not a url", text)
	case u.Scheme != "http" && u.Scheme != "https":
		d := diag.Diagnostic{Span: n.Place(), Message: fmt.Sprintf("url %q does not begin with http:// or https://", text)}
		if !strings.Contains(text, "://") && !strings.HasPrefix(text, "/") {
			d.Help = fmt.Sprintf("did you mean %q?", "https://"+text)
		}
		p.Report(d)
	case u.Host == "":
		p.Reportf(n.Place(), "url %q names no host", text)
	}
}
