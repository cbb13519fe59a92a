package rules

import (
	"fmt"
	"iter"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

var undefinedTemplate = validate.Rule{
	Name: "undefined-template", Group: validate.References, Severity: diag.Error, Argo: diag.Error,
	Summary: "a template is called that the workflow does not define",
	Why: `template, entrypoint and onExit name a template of the same object. One of another WorkflowTemplate is called
through templateRef. Check the spelling.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: build, template: biuld}
  - name: build
    container: {image: "golang:1.26", command: [go, build, ./...]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: build, template: build}
  - name: build
    container: {image: "golang:1.26", command: [go, build, ./...]}
`,
	Check: func(p *validate.Pass) {
		for _, l := range p.Trace.Lookups {
			if l.Fault != trace.Undefined || throughWorkflowRef(l) || targetUnknown(l) {
				continue
			}
			message := fmt.Sprintf("there is no template %q", l.Name)
			if trace.IsPlaceholder(l.Name) {
				message = "which template this is, is known only when the workflow runs"
			}
			help, fixes := nearest(l.Node, l.Name, templateNames(l.Base))
			if help == "" {
				help = templateElsewhere(p, l)
			}
			if l.Call == nil && strings.Contains(l.Name, "{{") {
				help, fixes = "tags are not filled in here; write the name itself", nil
			}
			p.Report(diag.Diagnostic{Span: l.Node.Place(), Message: message, Help: help, Fixes: fixes})
		}
	},
}

// throughWorkflowRef reports whether an entrypoint or exit handler was looked
// for in the target of a workflowTemplateRef.
func throughWorkflowRef(l trace.Lookup) bool { return l.Call == nil && l.Base != l.Run.Object }

// targetUnknown reports whether an entrypoint or exit handler may well stand in
// the target of a workflowTemplateRef that was not found.
func targetUnknown(l trace.Lookup) bool {
	return l.Call == nil && l.Run.Object.Spec.Ref != nil && l.Run.Ref == nil
}

// templateNames yields the names of the templates of o.
func templateNames(o *ir.Object) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, t := range o.Spec.Templates {
			if !yield(t.Name.Text()) {
				return
			}
		}
	}
}

// templateElsewhere tells how to call a template that another resource defines.
func templateElsewhere(p *validate.Pass, l trace.Lookup) string {
	name := l.Name
	for _, o := range p.Project.Objects {
		if o.Kind != ir.WorkflowTemplate && o.Kind != ir.ClusterWorkflowTemplate || o.Spec.Template(name) == nil {
			continue
		}
		scope := ""
		if o.Kind == ir.ClusterWorkflowTemplate {
			scope = ", clusterScope: true"
		}
		return fmt.Sprintf("%s has one; call it with templateRef: {name: %s, template: %s%s}", o.Describe(), o.Name.Text(), name, scope)
	}
	return "define it under templates, or name one that is there" + listed(templateNames(l.Base))
}
