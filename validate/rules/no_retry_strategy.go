package rules

import (
	"fmt"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

var noRetryStrategy = validate.Rule{
	Name: "no-retry-strategy", Group: validate.Robustness, Severity: diag.Info, Profile: validate.Strict,
	Summary: "a step is not run again when the cluster fails it",
	Why: `Pods get lost to nodes that go away and to full disks. retryStrategy: {limit: 2, retryPolicy: OnError} runs a step again
after such faults and leaves real failures alone. Set it on the workflow or in templateDefaults.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  templates:
  - name: build
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  retryStrategy: {limit: 2, retryPolicy: OnError}
  templates:
  - name: build
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			t := u.Template
			if !t.Type().IsPod() || t.Node.Has("retryStrategy") || isTrue(t.Node.Get("daemon")) {
				continue
			}
			if setFor(u, "retryStrategy") {
				continue
			}
			p.Report(diag.Diagnostic{
				Span: templatePlace(t), Message: fmt.Sprintf("%s is not run again when the cluster loses its Pod", t.Describe()),
				Help: "add retryStrategy: {limit: 2, retryPolicy: OnError} here or on the workflow",
			})
		}
	},
}

// setFor reports whether the workflow, or the defaults of its templates, set key.
func setFor(u *trace.Use, key string) bool {
	for _, s := range []*ir.Spec{u.Run.Object.Spec, u.Base.Spec} {
		if s.Node.Has(key) || s.Defaults != nil && s.Defaults.Node.Has(key) {
			return true
		}
	}
	return false
}
