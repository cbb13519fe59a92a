package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var unguardedRecursion = validate.Rule{
	Name: "unguarded-recursion", Group: validate.Control, Severity: diag.Error,
	Summary: "a template calls itself with nothing to end that",
	Why: `A template that calls itself, directly or through others, needs a condition (when) or a list that runs out (withParam)
on the way. Without one the workflow nests until the limit of 100 levels and fails. Add a when.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: poll-}
spec:
  entrypoint: poll
  templates:
  - name: poll
    steps:
    - - {name: check, template: check}
    - - {name: again, template: poll}
  - name: check
    script: {image: "alpine:3.23", command: [sh], source: echo done}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: poll-}
spec:
  entrypoint: poll
  templates:
  - name: poll
    steps:
    - - {name: check, template: check}
    - - {name: again, template: poll, when: "{{steps.check.outputs.result}} != done"}
  - name: check
    script: {image: "alpine:3.23", command: [sh], source: echo done}
`,
	Check: func(p *validate.Pass) {
		state := map[*ir.Template]visitState{}
		for _, o := range p.Project.Objects {
			for t := range o.AllTemplates() {
				findRecursion(p, t, state)
			}
		}
	},
}

type visitState uint8

// The states of a template in the search for cycles.
const (
	unvisited visitState = iota
	onPath
	done
)

// findRecursion walks the calls below t that nothing guards, and reports those
// that lead back to a template they are part of.
func findRecursion(p *validate.Pass, t *ir.Template, state map[*ir.Template]visitState) {
	if state[t] != unvisited {
		return
	}
	state[t] = onPath
	for _, c := range t.Calls() {
		if isGuarded(c) {
			continue
		}
		for _, callee := range alwaysCalled(c) {
			if callee.Target == nil {
				continue
			}
			if state[callee.Target] == onPath {
				reportRecursion(p, c, callee)
			}
			findRecursion(p, callee.Target, state)
		}
	}
	state[t] = done
}

// alwaysCalled are the templates that run whenever c does: its own, and those of
// its hooks at the end.
func alwaysCalled(c *ir.Call) []ir.Callee {
	callees := []ir.Callee{c.Callee}
	if name := c.OnExit.Text(); name != "" {
		callees = append(callees, ir.Callee{Name: c.OnExit, Target: c.Parent.Owner.Spec.Template(name)})
	}
	for _, h := range c.Hooks {
		if h.Event.Value == "exit" && h.Expression.Text() == "" {
			callees = append(callees, h.Callee)
		}
	}
	return callees
}

// isGuarded reports whether c may be left out at run time: it has a condition,
// a list that may be empty, or depends on how another task ends.
func isGuarded(c *ir.Call) bool {
	return c.When.Text() != "" || c.WithParam != nil || c.WithSequence != nil || strings.ContainsAny(c.Depends.Text(), ".!")
}

func reportRecursion(p *validate.Pass, c *ir.Call, callee ir.Callee) {
	at, target := callee.Name, callee.Target
	if callee.Ref != nil {
		at = callee.Ref.Template
	}
	message := "calls itself without a condition"
	if target != c.Parent {
		message = "is called again by what it calls, without a condition"
	}
	p.Report(diag.Diagnostic{
		Span:    at.Place(),
		Message: fmt.Sprintf("%s %s, until the limit of 100 levels ends the workflow", target.Describe(), message),
		Help:    `add a "when" that ends it`,
		Related: []diag.Related{{Span: templatePlace(target), Message: "the template"}},
	})
}
