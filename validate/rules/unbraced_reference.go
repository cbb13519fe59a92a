package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var unbracedReference = validate.Rule{
	Name: "unbraced-reference", Group: validate.References, Severity: diag.Warning,
	Summary: "text looks like a reference, and lacks its double braces",
	Why: `Only what stands in {{double braces}} is filled in. Without them, or with one pair, the text goes into the step as it is
written. Put the name into double braces.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  arguments: {parameters: [{name: text, value: hello}]}
  templates:
  - name: main
    steps:
    - - {name: print, template: print, arguments: {parameters: [{name: text, value: workflow.parameters.text}]}}
    - - {name: again, template: print, arguments: {parameters: [{name: text, value: "{workflow.parameters.text}"}]}}
  - name: print
    inputs: {parameters: [{name: text}]}
    container: {image: "alpine:3.23", command: [echo, "{{inputs.parameters.text}}"]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  arguments: {parameters: [{name: text, value: hello}]}
  templates:
  - name: main
    steps:
    - - {name: print, template: print, arguments: {parameters: [{name: text, value: "{{workflow.parameters.text}}"}]}}
  - name: print
    inputs: {parameters: [{name: text}]}
    container: {image: "alpine:3.23", command: [echo, "{{inputs.parameters.text}}"]}
`,
	Check: func(p *validate.Pass) {
		for t := range usedTemplates(p) {
			for _, c := range t.Calls() {
				for _, q := range c.Arguments.Parameters {
					reportUnbraced(p, q.Value)
				}
			}
		}
		for c := range podContainers(p) {
			for _, key := range []string{"command", "args"} {
				for _, n := range c.node.Get(key).List() {
					reportUnbraced(p, n)
				}
			}
			for _, e := range c.node.Get("env").List() {
				reportUnbraced(p, e.Get("value"))
			}
		}
	},
}

// What names of values look like, as a whole text and between single braces.
var (
	referenceName  = `(?:inputs\.parameters|inputs\.artifacts|outputs\.parameters|outputs\.artifacts|workflow\.parameters|workflow\.outputs\.parameters|(?:steps|tasks)\.[\w-]+\.outputs(?:\.parameters|\.artifacts)?)\.[\w-]+(?:\.path)?|workflow\.(?:name|uid|namespace|status)`
	bareReference  = pattern(`^(?:` + referenceName + `)$`)
	looseReference = pattern(`\{ ?(?:` + referenceName + `) ?\}`)
)

// reportUnbraced reports what in n looks like a reference and is none.
func reportUnbraced(p *validate.Pass, n *tree.Node) {
	if n == nil || n.Kind != tree.String || !strings.Contains(n.Value, ".") {
		return
	}
	text := n.Value
	if bareReference().MatchString(text) {
		p.Report(diag.Diagnostic{Span: n.Place(), Message: fmt.Sprintf("%q is text, not a reference", text), Help: "write {{" + text + "}}"})
		return
	}
	tags, _ := expr.Tags(text)
	for _, at := range looseReference().FindAllStringIndex(text, -1) {
		for len(tags) > 0 && tags[0].End <= at[0] {
			tags = tags[1:]
		}
		inTag := at[0] > 0 && text[at[0]-1] == '{' || at[1] < len(text) && text[at[1]] == '}' || len(tags) > 0 && tags[0].Start < at[1]
		if !inTag {
			name := strings.Trim(text[at[0]:at[1]], "{} ")
			p.Report(diag.Diagnostic{Span: n.Source(at[0], at[1]), Message: fmt.Sprintf("%s has one pair of braces, and stays as it is", text[at[0]:at[1]]), Help: "write {{" + name + "}}"})
		}
	}
}
