package rules

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var withSequenceInvalid = validate.Rule{
	Name: "with-sequence-invalid", Group: validate.DataFlow, Severity: diag.Error,
	Summary: "withSequence does not make a sequence of numbers",
	Why:     `A sequence needs a count or an end, both whole numbers, and a format that prints one whole number, such as "%03d".`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - name: print
        template: print
        withSequence: {count: "three"}
        arguments:
          parameters: [{name: text, value: "{{item}}"}]
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
    steps:
    - - name: print
        template: print
        withSequence: {count: "3"}
        arguments:
          parameters: [{name: text, value: "{{item}}"}]
  - name: print
    inputs:
      parameters: [{name: text}]
    container: {image: "alpine:3.23", command: [echo, "{{inputs.parameters.text}}"]}
`,
	Check: func(p *validate.Pass) {
		for u, c := range loops(p) {
			s := c.WithSequence
			if s == nil {
				continue
			}
			if !s.Has("count") && !s.Has("end") {
				p.Report(diag.Diagnostic{Span: keyPlace(c.Node, "withSequence"), Message: "this sequence has no count and no end", Help: "add count:, or end:"})
			}
			for _, key := range []string{"count", "start", "end"} {
				if text, known := knownText(u, s.Get(key)); known && !strings.Contains(text, "{{") {
					reportNumber(p, s.Get(key), key, text)
				}
			}
			if format, known := knownText(u, s.Get("format")); known && format != "" && strings.Contains(strings.ReplaceAll(fmt.Sprintf(format, 1), "%%", ""), "%!") {
				p.Report(diag.Diagnostic{Span: s.Get("format").Place(), Message: fmt.Sprintf("the format %q does not print one whole number", format), Help: `write a format such as "%d" or "%03d"`})
			}
		}
	},
}

func reportNumber(p *validate.Pass, n *tree.Node, key, text string) {
	i, err := strconv.Atoi(text)
	switch {
	case err != nil:
		p.Reportf(n.Place(), "%s is %q, not a whole number", key, text)
	case key == "count" && i < 0:
		p.Reportf(n.Place(), "a count cannot be negative")
	case key == "count" && i > mostItems:
		p.Report(diag.Diagnostic{
			Span: n.Place(), Message: fmt.Sprintf("%d steps do not fit into one workflow object", i), Help: "let each step do more, or start workflows that do a part each",
		})
	}
}

// mostItems is how many steps one workflow can keep the state of, with a wide
// margin: an object in the cluster has at most 1.5 MiB, however well it is packed.
const mostItems = 100_000
