package rules

import (
	"fmt"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var dataInvalid = validate.Rule{
	Name: "data-invalid", Group: validate.Pods, Severity: diag.Error,
	Summary: "a data template has nothing to read",
	Why:     `data lists files of an artifact store and filters their names: source.artifactPaths says where they are. Without it the step ends in an error.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    data:
      source: {}
      transformation: [{expression: "filter(data, {# endsWith '.csv'})"}]
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    data:
      source:
        artifactPaths: {name: files, s3: {bucket: data}}
      transformation: [{expression: "filter(data, {# endsWith '.csv'})"}]
`,
	Check: func(p *validate.Pass) {
		for o, t := range podTemplates(p) {
			if t.Type() != ir.Data || o.Spec.Defaults == t || t.Body().At("source", "artifactPaths") != nil && !t.Body().At("source", "artifactPaths").IsNull() {
				continue
			}
			at := valuePlace(t.Body(), "source")
			if source := t.Body().Get("source"); !source.IsNull() && len(source.Entries) > 0 {
				at = valuePlace(source, "artifactPaths")
			}
			p.Report(diag.Diagnostic{Span: at, Message: fmt.Sprintf("%s has no source.artifactPaths", t.Describe()), Help: "say where the files are"})
		}
	},
}
