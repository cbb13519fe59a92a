package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var podResourcesUnsupported = validate.Rule{
	Name: "pod-resources-unsupported", Group: validate.Pods, Severity: diag.Error, Argo: diag.Error,
	Summary: "podResources asks for something that a Pod as a whole cannot have",
	Why: `podResources bounds the Pod as a whole, and Kubernetes knows only cpu, memory and huge pages there. Everything else,
claims included, belongs to the containers. http and plugin templates have no Pod of their own to bound.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: train-}
spec:
  entrypoint: train
  templates:
  - name: train
    podResources:
      limits: {memory: 8Gi, nvidia.com/gpu: 1}
    container: {image: "pytorch/pytorch:2.9.0", command: [python, train.py]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: train-}
spec:
  entrypoint: train
  templates:
  - name: train
    podResources:
      limits: {memory: 8Gi}
    container:
      image: pytorch/pytorch:2.9.0
      command: [python, train.py]
      resources:
        limits: {nvidia.com/gpu: 1}
`,
	Check: func(p *validate.Pass) {
		for _, r := range p.Trace.Runs {
			checkPodResources(p, r.Object.Spec.Node.Get("podResources"))
		}
		for t := range usedTemplates(p) {
			resources := t.Node.Get("podResources")
			if typ := t.Type(); (typ == ir.HTTP || typ == ir.Plugin) && !resources.IsNull() {
				p.Report(diag.Diagnostic{
					Span:    keyPlace(t.Node, "podResources"),
					Message: fmt.Sprintf("%s templates have no Pod of their own that podResources could bound", typ.Key()),
					Help:    "remove it",
				})
				continue
			}
			checkPodResources(p, resources)
		}
	},
}

func checkPodResources(p *validate.Pass, resources *tree.Node) {
	if len(resources.Get("claims").List()) > 0 {
		p.Report(diag.Diagnostic{
			Span:    keyPlace(resources, "claims"),
			Message: "podResources cannot hold claims",
			Help:    "move them to the resources of a container",
		})
	}
	for _, kind := range []string{"limits", "requests"} {
		list := resources.Get(kind)
		if list == nil {
			continue
		}
		for _, e := range list.Entries {
			if name := e.Key.Value; name != "cpu" && name != "memory" && !strings.HasPrefix(name, "hugepages-") {
				p.Report(diag.Diagnostic{
					Span:    e.Key.Span,
					Message: fmt.Sprintf("podResources cannot hold %q, only cpu, memory and hugepages-*", name),
					Help:    "move it to the resources of a container",
				})
			}
		}
	}
}
