package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var ignoreUnknownRule = validate.Rule{
	Name: "ignore-unknown-rule", Group: validate.Project, Severity: diag.Warning,
	Summary: "a comment ignores a rule that does not exist",
	Why:     `The comment has no effect. Check the spelling; "weft rules" lists all rules.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: hello-}
spec:
  entrypoint: main
  templates:
  - name: main
    timeout: "30"  # weft: ignore[timeout-bare-integr] a machine writes this file
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
