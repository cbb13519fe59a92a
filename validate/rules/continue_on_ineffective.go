package rules

import (
	"slices"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var continueOnIneffective = validate.Rule{
	Name: "continue-on-ineffective", Group: validate.Control, Severity: diag.Warning,
	Summary: "continueOn names nothing to continue on",
	Why: `continueOn lets the workflow go on after a step that failed (failed: true) or could not be run (error: true). Without
either it does nothing.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: test, template: test, continueOn: {}}
  - name: test
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: test, template: test, continueOn: {failed: true}}
  - name: test
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			for _, c := range bodyCalls(u) {
				on := c.ContinueOn
				if on == nil || on.Kind != tree.Map || isTrue(on.Get("failed")) || isTrue(on.Get("error")) {
					continue
				}
				if !onlyBools(on, "failed", "error") {
					continue // the structural walk reports it
				}
				p.Report(diag.Diagnostic{
					Span: keyPlace(c.Node, "continueOn"), Message: "continueOn is on for neither failures nor errors, so it does nothing",
					Help: "add failed: true or error: true, or remove it",
				})
			}
		}
	},
}

// onlyBools reports whether n has no keys but the given ones, with booleans.
func onlyBools(n *tree.Node, keys ...string) bool {
	for _, e := range n.Entries {
		if !slices.Contains(keys, e.Key.Value) || e.Value.Kind != tree.Bool {
			return false
		}
	}
	return true
}
