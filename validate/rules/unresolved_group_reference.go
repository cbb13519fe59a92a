package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var unresolvedGroupReference = validate.Rule{
	Name: "unresolved-group-reference", Group: validate.References, Severity: diag.Error,
	Summary: "a tag in the settings of a steps or dag template names nothing",
	Why: `Of templates that call others Argo's linter looks only at the steps and tasks. A tag in their annotations, synchronization,
memoize or inputs that nothing resolves stays in the text, or ends the step in an error.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: main
  templates:
  - name: main
    inputs: {parameters: [{name: env, value: test}]}
    synchronization: {mutexes: [{name: "{{inputs.parameters.enf}}"}]}
    steps:
    - - {name: build, template: build}
  - name: build
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
    inputs: {parameters: [{name: env, value: test}]}
    synchronization: {mutexes: [{name: "{{inputs.parameters.env}}"}]}
    steps:
    - - {name: build, template: build}
  - name: build
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			if !u.Template.Type().IsGroup() {
				continue
			}
			for _, key := range []string{"metadata", "annotations", "synchronization", "memoize", "inputs", "metrics"} {
				for t := range simpleTags(u.Template.Node.Get(key), nil) {
					if u.Knows(t.Key) || isLate(t.Key, u.Run.TemplateMode) || insideLoop(u.Template) && isItem(t.Key) {
						continue
					}
					p.Reportf(t.span(), "nothing gives {{%s}} a value in %s", t.Key, u.Template.Describe())
				}
			}
		}
	},
}
