package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var podNameInvalid = validate.Rule{
	Name: "pod-name-invalid", Group: validate.Names, Severity: diag.Warning,
	Summary: "the name of a template that runs Pods holds upper-case letters",
	Why:     `The name of the template becomes a part of the names of its Pods, and Kubernetes takes only lower-case letters there.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: print, template: printDate}
  - name: printDate
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: print, template: print-date}
  - name: print-date
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, t := range podTemplates(p) {
			name, ok := literal(t.Name)
			if !ok || !t.Type().IsPod() || strings.ToLower(name) == name || nameFault(name) != "" {
				continue
			}
			p.Report(diag.Diagnostic{
				Span: t.Name.Place(), Message: fmt.Sprintf("template name %q becomes a part of Pod names, which are in lower case", name),
				Help: fmt.Sprintf("call it %q, here and where it is used", kebab(name)),
			})
		}
	},
}

// kebab writes camelCase with hyphens.
func kebab(name string) string {
	var b strings.Builder
	for i, r := range name {
		if r >= 'A' && r <= 'Z' {
			if i > 0 && name[i-1] >= 'a' && name[i-1] <= 'z' {
				b.WriteByte('-')
			}
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}
