package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var unusedIgnore = validate.Rule{
	Name: "unused-ignore", Group: validate.Project, Severity: diag.Warning,
	Summary: "a comment ignores findings that there are none of",
	Why: `What it was about has been mended, and it would hide the next mistake. A comment about a rule that is switched off
is left alone. The fix removes it.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: hello-}
spec:
  entrypoint: main
  templates:
  - name: main
    timeout: 30s  # weft: ignore[timeout-bare-integer] a machine writes this file
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
    timeout: 30s
    container: {image: "alpine:3.23", command: [echo, hello]}
`,
}
