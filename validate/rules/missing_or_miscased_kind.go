package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var missingOrMiscasedKind = validate.Rule{
	Name: "missing-or-miscased-kind", Group: validate.Documents, Severity: diag.Warning,
	Summary: "a document has no kind that is known, and was meant to",
	Why: `A document is recognised by its kind, in exact case. Without one Argo's linter passes over it in silence, and nothing
in it is checked.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  templates:
  - name: build
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  templates:
  - name: build
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, d := range p.Project.Foreign {
			if d.Root.Kind != tree.Map || !strings.HasPrefix(d.Root.Get("apiVersion").Text(), "argoproj.io/") && !d.Root.Get("spec").Has("templates") {
				continue
			}
			kind := d.Root.Get("kind")
			switch near, ok := diag.Nearest(kind.Text(), slices.Values(workflowKinds)); {
			case kind.IsNull():
				f := diag.Diagnostic{Span: headPlace(d.Root), Message: "this document has no kind, so nothing in it is checked", Help: "add kind: Workflow"}
				for _, e := range d.Root.Entries {
					if strings.EqualFold(e.Key.Value, "kind") && !e.Merged {
						f.Span, f.Help = e.Key.Span, `names of fields are case-sensitive: write "kind"`
						f.Fixes = []diag.Fix{{Title: `write "kind"`, Edits: []diag.Edit{{Span: e.Key.Span, New: "kind"}}}}
					}
				}
				p.Report(f)
			case ok && !slices.Contains(argoKinds, kind.Text()):
				help, fixes := nearest(kind, kind.Text(), slices.Values([]string{near}))
				p.Report(diag.Diagnostic{Span: kind.Place(), Message: fmt.Sprintf("there is no kind %q, so nothing in this document is checked", kind.Text()), Help: help, Fixes: fixes})
			}
		}
	},
}

// workflowKinds are the kinds that weft checks.
var workflowKinds = []string{"Workflow", "WorkflowTemplate", "ClusterWorkflowTemplate", "CronWorkflow", "WorkflowEventBinding"}

// argoKinds are other kinds of the same API groups, and lists, whose names are near.
var argoKinds = []string{
	"WorkflowTaskSet", "WorkflowTaskResult", "WorkflowArtifactGCTask", "WorkflowList", "WorkflowTemplateList", "CronWorkflowList",
	"ClusterWorkflowTemplateList", "WorkflowEventBindingList",
}
