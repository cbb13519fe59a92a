package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var outputPathRelative = validate.Rule{
	Name: "output-path-relative", Group: validate.DataFlow, Severity: diag.Warning,
	Summary: "an output comes from a relative path",
	Why: `A relative path counts from the working directory of the container. Where workingDir is not set the image decides on that, and
another version of it may decide otherwise: the output is then not found. Write an absolute path.`,
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
      - {name: data, path: data}
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
    container: {image: "alpine:3.23", command: [ls, /tmp/data]}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			for _, n := range outputPaths(u.Template) {
				if at, known := knownText(u, n); known && !strings.HasPrefix(at, "/") && !isWindows(u.Template, at) {
					p.Report(diag.Diagnostic{Span: n.Place(), Message: fmt.Sprintf("output path %q is relative", at), Help: "write an absolute path"})
				}
			}
		}
	},
}

// isWindows reports whether a path, or the node its template asks for, is of Windows.
func isWindows(t *ir.Template, at string) bool {
	return strings.Contains(at, ":") || strings.Contains(at, `\\`) || t.Node.At("nodeSelector", "kubernetes.io/os").Text() == "windows"
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
