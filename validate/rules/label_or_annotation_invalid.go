package rules

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var labelOrAnnotationInvalid = validate.Rule{
	Name: "label-or-annotation-invalid", Group: validate.Documents, Severity: diag.Error,
	Summary: "a label or annotation is none that Kubernetes takes",
	Why: `Keys are names of up to 63 letters, digits, "-", "_" and ".", with an optional domain and "/" in front; values of labels
follow the same rules. The API server refuses others, for Pods when the step starts.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-, labels: {owner: "Team Build!"}}
spec:
  entrypoint: build
  templates:
  - name: build
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-, labels: {owner: team-build}}
spec:
  entrypoint: build
  templates:
  - name: build
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, o := range p.Project.Objects {
			holders := []*tree.Node{o.Metadata, o.Cron.Get("workflowMetadata"), o.Binding.At("submit", "metadata")}
			if o.Spec != nil {
				holders = append(holders, o.Spec.Node.Get("workflowMetadata"), o.Spec.Node.Get("podMetadata"))
				if o.Spec.Defaults != nil {
					holders = append(holders, o.Spec.Defaults.Node.Get("metadata"))
				}
				for t := range o.AllTemplates() {
					holders = append(holders, t.Node.Get("metadata"))
				}
			}
			for _, h := range holders {
				checkLabels(p, h.Get("labels"), validation.IsValidLabelValue)
				checkLabels(p, h.Get("annotations"), nil)
			}
		}
	},
}

// checkLabels checks the keys of n and, unless faults is nil, the values.
func checkLabels(p *validate.Pass, n *tree.Node, faults func(string) []string) {
	if n == nil || n.Kind != tree.Map {
		return
	}
	for _, e := range n.Entries {
		key := strings.ToLower(e.Key.Value) // annotations may be written in any case
		if !isDynamic(e.Key) && len(validation.IsQualifiedName(key)) > 0 {
			p.Report(diag.Diagnostic{
				Span: e.Key.Span, Message: fmt.Sprintf("%q is no key for a label or annotation", e.Key.Value),
				Help: `write NAME or DOMAIN/NAME, of letters, digits, "-", "_" and "."`,
			})
		}
		if faults != nil && e.Value.Kind == tree.String && !isDynamic(e.Value) && len(faults(e.Value.Value)) > 0 {
			p.Report(diag.Diagnostic{
				Span: e.Value.Place(), Message: fmt.Sprintf("%q is no value for a label", e.Value.Value),
				Help: `use up to 63 letters, digits, "-", "_" and "."; an annotation takes any text`,
			})
		}
	}
}
