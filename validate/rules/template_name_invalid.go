package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var templateNameInvalid = validate.Rule{
	Name: "template-name-invalid", Group: validate.Names, Severity: diag.Error, Argo: diag.Error,
	Summary: "the name of a template holds forbidden characters or is too long",
	Why: `The name becomes part of the names of Pods. It consists of letters, digits and hyphens, does not begin with a
hyphen, and has at most 128 characters. Rename the template and the steps and tasks that call it.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: run_tests
  templates:
  - name: run_tests
    container: {image: "golang:1.26", command: [go, test, ./...]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: run-tests
  templates:
  - name: run-tests
    container: {image: "golang:1.26", command: [go, test, ./...]}
`,
	Check: func(p *validate.Pass) {
		for _, r := range p.Trace.Runs {
			for _, t := range r.Object.Spec.Templates {
				fault := nameFault(t.Name.Text())
				if fault == "" {
					continue
				}
				d := diag.Diagnostic{
					Span:    t.Name.Place(),
					Message: fmt.Sprintf("template name %q %s", t.Name.Text(), fault),
				}
				if mended := mendedName(t.Name.Text()); mended != "" {
					d.Help = fmt.Sprintf("write %q here and wherever it is called", mended)
				}
				p.Report(d)
			}
		}
	},
}
