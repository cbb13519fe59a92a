package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var mutexSelfDeadlock = validate.Rule{
	Name: "mutex-self-deadlock", Group: validate.Control, Severity: diag.Error,
	Summary: "a mutex is taken again below where it is held",
	Why: `What holds a mutex at the level of the workflow, or of a steps or dag template, keeps it while the templates below run.
One of those that takes the same mutex waits for ever. Take it in one place.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: deploy-}
spec:
  entrypoint: deploy
  synchronization:
    mutexes: [{name: production}]
  templates:
  - name: deploy
    synchronization:
      mutexes: [{name: production}]
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: deploy-}
spec:
  entrypoint: deploy
  synchronization:
    mutexes: [{name: production}]
  templates:
  - name: deploy
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, r := range p.Trace.Runs {
			held := mutexes(r.Object.Spec.Node)
			for _, t := range r.Object.Spec.Templates {
				reportHeld(p, t, held, map[*ir.Template]bool{})
				if own := mutexes(t.Node); len(own) > 0 && t.Type().IsGroup() {
					seen := map[*ir.Template]bool{t: true}
					for _, c := range t.Calls() {
						reportHeldBelow(p, c.Callee.Target, own, seen)
					}
				}
			}
		}
	},
}

// A mutex is what makes two entries of synchronization.mutexes the same lock.
type mutex struct{ name, namespace, database string }

// mutexes are the mutexes of a workflow or template whose names are known.
func mutexes(holder *tree.Node) map[mutex]*tree.Node {
	list := holder.At("synchronization", "mutexes").List()
	if len(list) == 0 {
		return nil
	}
	out := map[mutex]*tree.Node{}
	for _, n := range list {
		m := mutex{n.Get("name").Text(), n.Get("namespace").Text(), n.Get("database").Text()}
		if m.name != "" && !strings.Contains(m.name+m.namespace, "{{") {
			out[m] = n.Get("name")
		}
	}
	return out
}

func reportHeldBelow(p *validate.Pass, t *ir.Template, held map[mutex]*tree.Node, seen map[*ir.Template]bool) {
	if t == nil || seen[t] {
		return
	}
	seen[t] = true
	reportHeld(p, t, held, seen)
	for _, c := range t.Calls() {
		reportHeldBelow(p, c.Callee.Target, held, seen)
	}
}

// reportHeld reports the mutexes of t that are held around it.
func reportHeld(p *validate.Pass, t *ir.Template, held map[mutex]*tree.Node, _ map[*ir.Template]bool) {
	if len(held) == 0 {
		return
	}
	for m, n := range mutexes(t.Node) {
		if outer := held[m]; outer != nil {
			p.Report(diag.Diagnostic{
				Span:    n.Place(),
				Message: fmt.Sprintf("%s waits for ever for mutex %q, which is held around it", t.Describe(), m.name),
				Help:    "take the mutex in one place only",
				Related: []diag.Related{{Span: outer.Place(), Message: "held here"}},
			})
		}
	}
}
