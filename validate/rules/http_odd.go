package rules

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var httpOdd = validate.Rule{
	Name: "http-odd", Group: validate.Pods, Severity: diag.Warning,
	Summary: "an http template has a method that no server knows, two bodies, two values for a header, or no time",
	Why:     `The server refuses the request, or one of the two values is silently ignored. Methods are written in upper case.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    http: {url: "https://example.com/status", method: get}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    http: {url: "https://example.com/status", method: GET}
`,
	Check: func(p *validate.Pass) {
		for _, t := range podTemplates(p) {
			if t.Type() == ir.HTTP {
				checkRequest(p, t.Body())
			}
		}
	},
}

var methods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"}

func checkRequest(p *validate.Pass, body *tree.Node) {
	n := body.Get("method")
	if method, ok := literal(n); ok && !slices.Contains(methods, method) {
		d := diag.Diagnostic{Span: n.Place(), Message: fmt.Sprintf("%q is no method that servers know", method)}
		if upper := strings.ToUpper(method); slices.Contains(methods, upper) {
			d.Help, d.Fixes = fmt.Sprintf("write %q", upper), []diag.Fix{replaceText(n, upper, false)}
		} else {
			d.Help, d.Fixes = nearest(n, method, slices.Values(methods))
		}
		p.Report(d)
	}
	if seconds, err := strconv.Atoi(body.Get("timeoutSeconds").Text()); err == nil && seconds <= 0 {
		p.Reportf(body.Get("timeoutSeconds").Place(), "a timeout of %d seconds leaves no time for an answer", seconds)
	}
	if body.Get("body").Text() != "" && body.Has("bodyFrom") {
		p.Reportf(keyPlace(body, "bodyFrom"), "this request has body and bodyFrom, keep one of the two")
	}
	for _, h := range body.Get("headers").List() {
		if h.Get("value").Text() != "" && h.Has("valueFrom") {
			p.Reportf(keyPlace(h, "valueFrom"), "this header has value and valueFrom, keep one of the two")
		}
	}
}
