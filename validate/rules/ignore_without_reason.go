package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var ignoreWithoutReason = validate.Rule{
	Name: "ignore-without-reason", Group: validate.Project, Severity: diag.Warning,
	Summary: "a comment ignores findings and does not say why",
	Why: `Whoever reads the file next cannot tell whether the reason still holds. The comment works all the same; write the
reason behind the bracket.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: hello-}
spec:
  entrypoint: main
  templates:
  - name: main
    timeout: "30"  # weft: ignore[timeout-bare-integer]
    container: {image: "alpine:3.23", command: [echo, hello]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: hello-}
spec:
  entrypoint: main
  templates:
  - name: main
    timeout: "30"  # weft: ignore[timeout-bare-integer] a machine writes this file
    container: {image: "alpine:3.23", command: [echo, hello]}
`,
}
