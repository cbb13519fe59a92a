package rules

import (
	"fmt"
	"strconv"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var parallelismZero = validate.Rule{
	Name: "parallelism-zero", Group: validate.Control, Severity: diag.Error,
	Summary: "the parallelism of a workflow is 0 or less",
	Why: `parallelism is how many Pods of the workflow may run at once. With 0 none ever starts, and the workflow hangs. Leave
the field out where there is no limit.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  parallelism: 0
  templates:
  - name: build
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  parallelism: 10
  templates:
  - name: build
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, r := range p.Trace.Runs {
			n := r.Object.Spec.Node.Get("parallelism")
			if n == nil || n.Kind != tree.Int {
				continue
			}
			if limit, err := strconv.Atoi(n.Value); err == nil && limit <= 0 {
				p.Report(diag.Diagnostic{
					Span: n.Place(), Message: fmt.Sprintf("with parallelism %d no Pod ever starts", limit), Help: "leave the field out where there is no limit",
				})
			}
		}
	},
}
