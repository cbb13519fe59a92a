package rules

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var impossibleStatus = validate.Rule{
	Name: "impossible-status", Group: validate.Expressions, Severity: diag.Warning,
	Summary: "a status is compared with a word that no status is",
	Why: `The comparison has the same result in every run. A status is Pending, Running, Succeeded, Failed, Error, Skipped or Omitted,
with a capital letter; Errored is a word of depends only.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: check, template: check}
    - - name: deploy
        template: deploy
        when: "{{steps.check.status}} == Success"
  - name: check
    script: {image: "alpine:3.23", command: [sh], source: echo yes-please}
  - name: deploy
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: check, template: check}
    - - name: deploy
        template: deploy
        when: "{{steps.check.status}} == Succeeded"
  - name: check
    script: {image: "alpine:3.23", command: [sh], source: echo yes-please}
  - name: deploy
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, c := range conditions(p) {
			reportStatuses(p, c.node, 0, c.node.Value)
		}
		for _, j := range expressions(p) {
			reportStatuses(p, j.Node, j.At, j.Text)
		}
	},
}

func reportStatuses(p *validate.Pass, n *tree.Node, at int, text string) {
	for value, start := range statusValues(text) {
		if slices.Contains(statuses, value) {
			continue
		}
		d := diag.Diagnostic{
			Span:    n.Source(at+start, at+start+len(value)),
			Message: fmt.Sprintf("no status is ever %q", value),
			Help:    "a status is one of " + strings.Join(statuses, ", "),
		}
		near, ok := diag.Nearest(value, slices.Values(statuses))
		if short, known := otherStatus[strings.ToLower(value)]; known {
			near, ok = short, true
		}
		if ok && n.Alias.IsZero() {
			d.Help = "did you mean " + strconv.Quote(near) + "?"
			d.Fixes = []diag.Fix{{Title: "write " + near, Edits: []diag.Edit{{Span: d.Span, New: near}}}}
		}
		p.Report(d)
	}
}

// otherStatus are words of other systems for a status.
var otherStatus = map[string]string{
	"success": "Succeeded", "successful": "Succeeded", "completed": "Succeeded", "failure": "Failed", "fail": "Failed", "errored": "Error",
}
