package cli

import (
	"testing"

	"github.com/weft-lang/weft/compiler"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/yaml"
)

// TestUncarried holds that all that runs do not carry out is told at once, wherever
// it is written.
func TestUncarried(t *testing.T) {
	const head = "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: ci}\n"
	for _, c := range []struct{ name, spec, here, cluster string }{
		{"nothing", `spec: {artifactGC: {strategy: Never}, templates: [{name: main, container: {image: a}}]}`, "", ""},
		{
			"all", `spec:
  artifactGC: {strategy: OnWorkflowDeletion}
  volumeClaimGC: {strategy: OnWorkflowCompletion}
  volumeClaimTemplates: [{metadata: {name: work}}]
  metrics: {prometheus: []}
  templates: [{name: main, plugin: {slack: {}}}]
`,
			"not carried out: plugin templates (their steps end in Error), metrics (nobody is told)",
			"not carried out: plugin templates (their steps end in Error), metrics (nobody is told), " +
				"artifactGC (artifacts stay in their store; let a lifecycle rule of the bucket delete them), volumeClaimGC (claims stay until the run is deleted)",
		},
		{
			"what is called", `spec:
  templates:
  - name: main
    steps: [[{name: a, templateRef: {name: tools, template: all}}]]
`, "not carried out: metrics (nobody is told)", "not carried out: metrics (nobody is told), artifactGC (artifacts stay in their store; let a lifecycle rule of the bucket delete them)",
		},
		{"what is run", `spec: {workflowTemplateRef: {name: tools}}`, "not carried out: plugin templates (their steps end in Error), metrics (nobody is told)", "not carried out: plugin templates (their steps end in Error), metrics (nobody is told), artifactGC (artifacts stay in their store; let a lifecycle rule of the bucket delete them)"},
	} {
		docs, _ := yaml.Parse(source.NewFile("ci.yaml", head+c.spec+`
---
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: tools}
spec:
  templates:
  - name: all
    metrics: {prometheus: []}
    steps: [[{name: one, template: one, hooks: {exit: {template: one}}}]]
  - name: one
    outputs: {artifacts: [{name: out, path: /out, artifactGC: {strategy: OnWorkflowCompletion}}]}
    container: {image: a}
  - {name: other, plugin: {slack: {}}}
`))
		object := compiler.Bind(docs).Objects[0]
		if here, cluster := uncarried(object, false), uncarried(object, true); here != c.here || cluster != c.cluster {
			t.Errorf("%s: on this machine %q, in a cluster %q", c.name, here, cluster)
		}
	}
}
