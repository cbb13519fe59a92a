package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var outputPathDuplicate = validate.Rule{
	Name: "output-path-duplicate", Group: validate.DataFlow, Severity: diag.Warning,
	Summary: "two outputs come from the same path",
	Why:     `Both outputs get the same content, which is rarely meant. Write them to files of their own.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    outputs:
      artifacts:
      - {name: data, path: /tmp/data}
      - {name: log, path: /tmp/data}
    container: {image: "alpine:3.23", command: [ls, /tmp/data]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    outputs:
      artifacts:
      - {name: data, path: /tmp/data}
      - {name: log, path: /tmp/log}
    container: {image: "alpine:3.23", command: [ls, /tmp/data]}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			first := map[string]*tree.Node{}
			for _, n := range outputPaths(u.Template) {
				path := strings.TrimRight(u.Text(n), "/")
				before, taken := first[path]
				if !taken || path == "" {
					first[path] = n
					continue
				}
				p.Report(diag.Diagnostic{
					Span: n.Place(), Message: fmt.Sprintf("another output comes from %q, too", shown(n, path)),
					Related: []diag.Related{{Span: before.Place(), Message: "the other output"}},
				})
			}
		}
	},
}

// outputPaths are the files that the outputs of a leaf template come from.
func outputPaths(t *ir.Template) []*tree.Node {
	var out []*tree.Node
	if !t.Type().IsLeaf() {
		return nil
	}
	for _, o := range t.Outputs.Parameters {
		if n := o.ValueFrom.Get("path"); n.Text() != "" {
			out = append(out, n)
		}
	}
	for _, o := range t.Outputs.Artifacts {
		if o.Path.Text() != "" {
			out = append(out, o.Path)
		}
	}
	return out
}
