package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

var unboundedFanOut = validate.Rule{
	Name: "unbounded-fan-out", Group: validate.Robustness, Severity: diag.Warning, Profile: validate.Strict,
	Summary: "a loop over a list of unknown length starts everything at once",
	Why: `Every item starts a Pod, all at the same time. A long list then fills the cluster and the workflow object. Set
parallelism on the template or the workflow.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: crawl-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: list, template: list}
    - - {name: fetch, template: fetch, withParam: "{{steps.list.outputs.result}}"}
  - name: list
    script: {image: "alpine:3.23", command: [sh], source: cat list.json}
  - name: fetch
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: crawl-}
spec:
  entrypoint: main
  templates:
  - name: main
    parallelism: 20
    steps:
    - - {name: list, template: list}
    - - {name: fetch, template: fetch, withParam: "{{steps.list.outputs.result}}"}
  - name: list
    script: {image: "alpine:3.23", command: [sh], source: cat list.json}
  - name: fetch
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			if u.Template.Node.Has("parallelism") || u.Run.Object.Spec.Node.Has("parallelism") || u.Base.Spec.Node.Has("parallelism") {
				continue
			}
			for _, c := range bodyCalls(u) {
				n := c.WithParam
				if n == nil {
					n = dynamicCount(c.WithSequence)
				}
				if strings.Contains(n.Text(), "{{") && !gathersFewer(p, u, n) && !takesLock(c.Callee.Target) {
					p.Report(diag.Diagnostic{
						Span: n.Place(), Message: fmt.Sprintf("%s runs all items of a list of unknown length at once", c.Describe()),
						Help: "set parallelism on " + u.Template.Describe() + " or on the workflow",
					})
				}
			}
		}
	},
}

// gathersFewer reports whether n is the outputs of all items of a loop over a
// list that stands in the file, or over what such a loop gathered.
func gathersFewer(p *validate.Pass, u *trace.Use, n *tree.Node) bool {
	for seen := map[*tree.Node]bool{}; !seen[n]; {
		seen[n] = true
		c := gathered(p, u, n)
		switch {
		case c == nil:
			return false
		case c.WithParam == nil || c.WithParam.Text() == "":
			return c.WithSequence == nil || dynamicCount(c.WithSequence) == nil
		case !isDynamic(c.WithParam):
			return true
		}
		n = c.WithParam
	}
	return false
}

// gathered is the loop of which n, what another loop runs over, is the outputs.
func gathered(p *validate.Pass, u *trace.Use, n *tree.Node) *ir.Call {
	for _, r := range siblingReferencesIn(p, u, n) {
		if r.Field == "withParam" && r.Whole && r.Producer.Looped() {
			return r.Producer
		}
	}
	return nil
}

// takesLock reports whether t waits for a mutex or a slot of a semaphore before
// it starts anything.
func takesLock(t *ir.Template) bool {
	return t != nil && t.Node.Has("synchronization")
}

// dynamicCount is what gives the length of a withSequence when that is known
// only to the run.
func dynamicCount(sequence *tree.Node) *tree.Node {
	for _, key := range []string{"count", "end"} {
		if n := sequence.Get(key); strings.Contains(n.Text(), "{{") {
			return n
		}
	}
	return nil
}
