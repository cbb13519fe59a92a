package rules

import (
	"fmt"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var argumentTooLong = validate.Rule{
	Name: "argument-too-long", Group: validate.Control, Severity: diag.Error,
	Summary: "an argument of a process is longer than Linux allows",
	Why: `No argument and no variable of the environment may be longer than 128 KiB; the process cannot be started. Pass large
data as an artifact or a file of a ConfigMap.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: print-}
spec:
  entrypoint: print
  templates:
  - name: print
    container: {image: "alpine:3.23", command: [echo, "` + text128Ki + `"]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: print-}
spec:
  entrypoint: print
  templates:
  - name: print
    container: {image: "alpine:3.23", command: [echo, short]}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Uses {
			for _, c := range processes(u.Template) {
				var texts []*tree.Node
				texts = append(append(texts, c.Get("command").List()...), c.Get("args").List()...)
				for _, e := range c.Get("env").List() {
					texts = append(texts, e.Get("value"))
				}
				for _, n := range texts {
					if size := len(u.Text(n)); size >= maxArgument {
						p.Report(diag.Diagnostic{
							Span: filledPlace(u, n, 0, 1), Message: fmt.Sprintf("a text of %d bytes is too long for a process, which takes less than %d", size, maxArgument),
							Help: "pass large data as an artifact", Related: valueFrom(u),
						})
					}
				}
			}
		}
	},
}

// maxArgument is the size of an argument, with the byte that ends it, at which
// Linux refuses to start a process.
const maxArgument = 128 << 10

// processes are the nodes of t that name what a container runs.
func processes(t *ir.Template) []*tree.Node {
	var out []*tree.Node
	switch t.Type() {
	case ir.Container, ir.Script:
		out = append(out, t.Body())
	case ir.ContainerSet:
		out = append(out, t.Body().Get("containers").List()...)
	}
	for _, key := range []string{"initContainers", "sidecars"} {
		out = append(out, t.Node.Get(key).List()...)
	}
	return out
}
