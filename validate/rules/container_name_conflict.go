package rules

import (
	"fmt"
	"slices"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var containerNameConflict = validate.Rule{
	Name: "container-name-conflict", Group: validate.Names, Severity: diag.Error,
	Summary: "two containers of a Pod have the same name, or a container has none",
	Why: `Kubernetes refuses the Pod. The container of a template is called main, and Argo adds one called init and one called
wait; sidecars and init containers need other names, each its own.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    container: {image: "alpine:3.23", command: [date]}
    sidecars:
    - {name: main, image: "redis:8"}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    container: {image: "alpine:3.23", command: [date]}
    sidecars:
    - {name: cache, image: "redis:8"}
`,
	Check: func(p *validate.Pass) {
		for o, t := range podTemplates(p) {
			if o.Spec.Defaults == t || t.Type().IsGroup() || !t.Type().IsPod() {
				continue
			}
			taken := map[string]podContainer{}
			for _, c := range containersOf(o, t) {
				checkContainerName(p, c, taken)
			}
		}
	},
}

// addedNames are the names of containers that are in the Pod anyway, by the
// part in which they cannot be used.
var addedNames = map[string][]string{
	"sidecars":       {"main", "init"},
	"initContainers": {"init", "wait", "main"},
	"containerSet":   {"init"},
}

func checkContainerName(p *validate.Pass, c podContainer, taken map[string]podContainer) {
	n := c.node.Get("name")
	name, ok := literal(n)
	switch before, again := taken[name]; {
	case c.isMain():
		return
	case n.IsNull() || n.IsScalar() && n.Text() == "":
		if c.part == "sidecars" { // rules of their own report the others
			p.Reportf(headPlace(c.node), "this sidecar has no name")
		}
	case !ok:
	case slices.Contains(addedNames[c.part], name):
		if c.part == "sidecars" && name == "main" && c.template.Type().Key() == "containerSet" {
			return // a set has to have a main of its own, which takes the name
		}
		p.Report(diag.Diagnostic{Span: n.Place(), Message: fmt.Sprintf("the Pod has a container %q already", name), Help: "choose another name"})
	case again && (before.part != c.part || c.part == "sidecars" || c.part == "initContainers"):
		p.Report(diag.Diagnostic{
			Span: n.Place(), Message: fmt.Sprintf("another container of this Pod is called %q, too", name),
			Related: []diag.Related{{Span: before.node.Get("name").Place(), Message: "first used here"}},
		})
	default:
		taken[name] = c
		if c.part != "containerSet" || nameFault(name) == "" {
			checkLabelName(p, n, "container", name)
		}
	}
}
