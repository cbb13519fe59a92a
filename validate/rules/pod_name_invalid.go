package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
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
		inNames := templatesInPodNames(p)
		for _, t := range podTemplates(p) {
			name, ok := literal(t.Name)
			if !ok || !t.Type().IsPod() || !inNames[t] || strings.ToLower(name) == name || nameFault(name) != "" {
				continue
			}
			p.Report(diag.Diagnostic{
				Span: t.Name.Place(), Message: fmt.Sprintf("template name %q becomes a part of Pod names, which are in lower case", name),
				Help: fmt.Sprintf("call it %q, here and where it is used", kebab(name)),
			})
		}
	},
}

// templatesInPodNames are the templates whose names the Pods of a run carry. The
// node of the entrypoint is named like the workflow, and so is its Pod; attempts
// of a retried one, and all that is called, carry the template's name too.
func templatesInPodNames(p *validate.Pass) map[*ir.Template]bool {
	out := map[*ir.Template]bool{}
	for _, u := range p.Trace.Uses {
		retried := u.Template.Node.Has("retryStrategy") || u.Run.Object.Spec.Node.Has("retryStrategy")
		library := u.Role == trace.AsListed && u.Run.TemplateMode && u.Run.Entrypoint.Text() != u.Template.Name.Text()
		if u.Role == trace.AsCallee || u.Role == trace.AsExitHandler || u.Role == trace.AsEntrypoint && retried || library {
			out[u.Template] = true
		}
	}
	for _, o := range p.Project.Objects {
		for h := range o.AllHooks() {
			out[h.Callee.Target] = true
		}
		for c := range o.AllCalls() {
			out[o.Spec.Template(c.OnExit.Text())] = true
		}
	}
	return out
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
