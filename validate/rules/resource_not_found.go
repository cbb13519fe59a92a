package rules

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

var resourceNotFound = validate.Rule{
	Name: "resource-not-found", Group: validate.References, Severity: diag.Error, Argo: diag.Error,
	Summary: "a templateRef or workflowTemplateRef names a resource that was not read",
	Why: `References are resolved among the files that are read together: a WorkflowTemplate by name in the namespace of the
object that refers to it, a ClusterWorkflowTemplate by name alone. Check name and namespace, and read its file, too: name it beside
the others, or with --with. What lives in a cluster only is listed under external in weft.yaml, or described there by stubs that
weft stubs --cluster writes.`,
	Bad: `
-- library.yaml --
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: go-build}
spec:
  templates:
  - name: build
    container: {image: "golang:1.26", command: [go, build, ./...]}
-- build.yaml --
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: build, templateRef: {name: go-buld, template: build}}
`,
	Good: `
-- library.yaml --
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: go-build}
spec:
  templates:
  - name: build
    container: {image: "golang:1.26", command: [go, build, ./...]}
-- build.yaml --
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: build, templateRef: {name: go-build, template: build}}
`,
	Check: func(p *validate.Pass) {
		for _, l := range p.Trace.Lookups {
			if l.Fault != trace.ResourceNotFound {
				continue
			}
			help, fixes := resourceHelp(p, l)
			p.Report(diag.Diagnostic{Span: l.Node.Place(), Message: notFoundMessage(l), Help: help, Fixes: fixes})
		}
	},
}

func notFoundMessage(l trace.Lookup) string {
	message := fmt.Sprintf("no %s named %q was read", l.Kind, l.Name)
	switch {
	case l.Name == "":
		message = fmt.Sprintf("this reference names no %s", l.Kind)
	case trace.IsPlaceholder(l.Name):
		message = fmt.Sprintf("which %s this is, is known only when the workflow runs", l.Kind)
	}
	if ns := l.Run.Object.Namespace.Text(); ns != "" && l.Kind == ir.WorkflowTemplate {
		message += fmt.Sprintf(" in namespace %q", ns)
	}
	return message
}

// resourceHelp looks for the resource where it is likely to be: under a near
// name, in the other scope, in another namespace.
func resourceHelp(p *validate.Pass, l trace.Lookup) (string, []diag.Fix) {
	switch {
	case l.Name == "":
		return "add name:", nil
	case strings.Contains(l.Name, "{{") || trace.IsPlaceholder(l.Name):
		return "tags are not filled in here; write the name itself", nil
	}
	for _, o := range p.Project.Objects {
		if o.Name.Text() != l.Name {
			continue
		}
		switch {
		case o.Kind == ir.ClusterWorkflowTemplate && l.Kind == ir.WorkflowTemplate:
			return "there is a ClusterWorkflowTemplate of that name; add clusterScope: true", nil
		case o.Kind == ir.WorkflowTemplate && l.Kind == ir.ClusterWorkflowTemplate:
			return "there is a WorkflowTemplate of that name; drop clusterScope", nil
		case o.Kind == l.Kind && o.Namespace.Text() == "":
			return fmt.Sprintf("the %s of that name has no namespace; write namespace: %s there or drop it here", o.Kind, l.Run.Object.Namespace.Text()), nil
		case o.Kind == l.Kind:
			return fmt.Sprintf("there is one in namespace %q; references stay within their namespace", o.Namespace.Text()), nil
		}
	}
	if help, fixes := nearest(l.Node, l.Name, resourceNames(p, l)); help != "" {
		return help, fixes
	}
	return "check the name, or read the file that defines it, too: --with FILE", nil
}

// resourceNames yields the names that the reference could have meant.
func resourceNames(p *validate.Pass, l trace.Lookup) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, o := range slices.Concat(p.Project.Objects, p.Project.Stubs) {
			visible := l.Kind == ir.ClusterWorkflowTemplate || o.Namespace.Text() == l.Run.Object.Namespace.Text()
			if o.Kind == l.Kind && visible && !yield(o.Name.Text()) {
				return
			}
		}
	}
}
