package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/types"
)

var dagReferenceWithoutDependency = validate.Rule{
	Name: "dag-reference-without-dependency", Group: validate.DataFlow, Severity: diag.Warning,
	Summary: "a task reads from one that it does not depend on",
	Why: `Whether the value exists when the task is due is then a matter of luck, and if it never does the workflow waits for ever. Name the
other task in depends or dependencies; a dependency of a dependency counts, too.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    dag:
      tasks:
      - {name: fetch, template: fetch}
      - name: print
        template: print
        when: "'{{tasks.fetch.outputs.parameters.day}}' != ''"
        arguments:
          parameters: [{name: text, value: hello}]
  - name: fetch
    container: {image: "alpine:3.23", command: [sh, -c, date > /tmp/day]}
    outputs:
      parameters:
      - name: day
        valueFrom: {path: /tmp/day}
  - name: print
    inputs:
      parameters: [{name: text}]
    container: {image: "alpine:3.23", command: [echo, "{{inputs.parameters.text}}"]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    dag:
      tasks:
      - {name: fetch, template: fetch}
      - name: print
        template: print
        depends: fetch
        when: "'{{tasks.fetch.outputs.parameters.day}}' != ''"
        arguments:
          parameters: [{name: text, value: hello}]
  - name: fetch
    container: {image: "alpine:3.23", command: [sh, -c, date > /tmp/day]}
    outputs:
      parameters:
      - name: day
        valueFrom: {path: /tmp/day}
  - name: print
    inputs:
      parameters: [{name: text}]
    container: {image: "alpine:3.23", command: [echo, "{{inputs.parameters.text}}"]}
`,
	Check: func(p *validate.Pass) {
		for _, r := range siblingReferences(p) {
			c := r.Consumer
			if c == nil || !c.Task || r.Field == "hooks" || r.Use.Graph == nil || r.Use.Graph.IsAncestor(r.Producer, c) || judgedSource(r) || unresolvedAt(p, r) {
				continue
			}
			d := diag.Diagnostic{
				Span:    r.Span(),
				Message: fmt.Sprintf("%s does not depend on %s, from which it reads", c.Describe(), r.Producer.Describe()),
				Help:    dependHelp(r.Use, c, r.Producer.Name.Text()),
				Related: producedBy(r, "the task that makes the value"),
			}
			if r.Producer == c {
				d.Message, d.Help, d.Related = c.Describe()+" uses its own output", "", nil
			}
			p.Report(d)
		}
	},
}

// judgedSource reports whether missing-dependency judges r: an argument that
// begins with it.
func judgedSource(r *types.Reference) bool {
	if !strings.HasPrefix(r.Use.Text(r.Node), "{{tasks.") {
		return false
	}
	for _, a := range r.Consumer.Arguments.Parameters {
		if a.Value == r.Node {
			return true
		}
	}
	for _, a := range r.Consumer.Arguments.Artifacts {
		if a.From == r.Node {
			return true
		}
	}
	return false
}
