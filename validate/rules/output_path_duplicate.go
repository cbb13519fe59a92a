package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
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
			t := u.Template
			if !t.Type().IsLeaf() {
				continue
			}
			var parameters, artifacts []*tree.Node
			for _, out := range t.Outputs.Parameters {
				parameters = append(parameters, out.ValueFrom.Get("path"))
			}
			for _, out := range t.Outputs.Artifacts {
				// The same file may go to several places, and be packed in several ways.
				if len(locations(out.Node)) == 0 && !out.Node.Has("archive") {
					artifacts = append(artifacts, out.Path)
				}
			}
			reportSamePath(p, u, parameters)
			reportSamePath(p, u, artifacts)
		}
	},
}

func reportSamePath(p *validate.Pass, u *trace.Use, paths []*tree.Node) {
	first := map[string]*tree.Node{}
	for _, n := range paths {
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
