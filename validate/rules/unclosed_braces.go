package rules

import (
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

var unclosedBraces = validate.Rule{
	Name: "unclosed-braces", Group: validate.References, Severity: diag.Warning,
	Summary: "a {{ that stays text because nothing closes it",
	Why: `Braces that are never closed are handed on as text. If a tag is meant, close it with two braces.
If they are text for another program, beware: the reference also swallows the tags that follow them, up to the next }}.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: hello-}
spec:
  entrypoint: main
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [echo, "{{message}"]
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: hello-}
spec:
  entrypoint: main
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [echo, message]
`,
	Check: func(p *validate.Pass) {
		refused := map[source.Span]bool{}
		for _, u := range p.Trace.Unclosed {
			refused[u.Span] = true
		}
		for _, o := range p.Project.Objects {
			if o.Spec == nil {
				continue
			}
			for n := range o.Spec.Node.All() {
				for _, open := range looseBraces(n) {
					if at := trace.OpeningPlace(n, open); !refused[at] {
						p.Report(unclosed(at, "these braces are not closed and stay text"))
					}
				}
			}
		}
	},
}

// looseBraces are the offsets of every {{ in a text without a }} of its own.
func looseBraces(n *tree.Node) []int {
	if n.Kind != tree.String || !strings.Contains(n.Value, "{{") {
		return nil
	}
	var open []int
	for i := 0; i+1 < len(n.Value); i++ {
		switch n.Value[i : i+2] {
		case "{{":
			open = append(open, i)
			i++
		case "}}":
			open = open[:max(len(open)-1, 0)]
			i++
		}
	}
	return open
}
