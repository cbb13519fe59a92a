package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var nullListEntry = validate.Rule{
	Name: "null-list-entry", Group: validate.Structure, Severity: diag.Warning,
	Summary: "a list has an empty entry",
	Why: `A dash with nothing behind it is a null. In lists of text it becomes the empty text, elsewhere an object without any
field; both are slips as a rule. Remove the dash, or write what belongs there.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  templates:
  - name: build
    container:
      image: golang:1.26
      command:
      - go
      - build
      -
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  templates:
  - name: build
    container:
      image: golang:1.26
      command:
      - go
      - build
`,
}
