package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var objectTooLarge = validate.Rule{
	Name: "object-too-large", Group: validate.Control, Severity: diag.Warning,
	Summary: "an object is larger than the cluster can keep",
	Why: `A cluster keeps objects of up to 1 MiB or so, and a running workflow stores the state of its nodes beside the spec.
Split it into WorkflowTemplates, and move long scripts and data into images, ConfigMaps or artifacts.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: print-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - name: print
        template: print
        withItems:
        - &a "` + text64Ki + `"
        - [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
  - name: print
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: print-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: print, template: print, withItems: [a, b]}
  - name: print
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		const most = 1 << 20
		for _, o := range p.Project.Objects {
			if size := jsonSize(o.Root); size > most {
				p.Reportf(keyPlace(o.Root, "kind"), "%s has about %d bytes, more than the %d that a cluster can keep", o.Describe(), size, most)
			}
		}
	},
}

// jsonSize is about how many bytes n has as JSON.
func jsonSize(n *tree.Node) int {
	size := len(n.Value) + 3
	for _, e := range n.Entries {
		size += len(e.Key.Value) + 3 + jsonSize(e.Value)
	}
	for _, it := range n.Items {
		size += jsonSize(it)
	}
	return size
}
