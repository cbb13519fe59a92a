package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var ignoreMalformed = validate.Rule{
	Name: "ignore-malformed", Group: validate.Project, Severity: diag.Warning,
	Summary: "a comment looks as if it should ignore findings, and does not",
	Why: `The form is "# weft: ignore[RULE, ...] reason": behind something it is about that line, on a line of its own about the
node below, with all that is in it. "# weft: ignore-file[RULE] reason" at the top is about the whole file.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: hello-}
spec:
  entrypoint: main
  templates:
  - name: main
    timeout: "30"  # weft: ignore timeout-bare-integer, seconds are what we want
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
