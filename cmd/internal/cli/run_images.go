package cli

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/compiler/emit/plan"
	"github.com/weft-lang/weft/compiler/eval"
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
)

// unknownImages finds containers that would be started without anybody knowing
// what their image runs. It is better to hear of all of them before the run than
// of one in the middle of it.
func (p *project) unknownImages(object *ir.Object, images map[string]pod.Entrypoint) []diag.Diagnostic {
	found := &diag.List{}
	seen := map[*tree.Node]bool{}
	for _, flow := range plan.Of(p.checked, object.Doc.File.Name) {
		if flow.Object() != object || object.Spec.Defaults != nil {
			continue // defaults may hold the command
		}
		for i := range flow.Runs {
			leaf := flow.Leaf(i)
			for _, c := range containersOf(leaf.Template) {
				if seen[c] || len(c.Get("command").List()) > 0 {
					continue
				}
				seen[c] = true
				image := eval.Fill(c.Get("image").Text(), leaf.Known).Text
				known := images[image]
				if len(known.Command)+len(known.Args) > 0 || image == "" || strings.Contains(image, "{{") {
					continue
				}
				found.Add(diag.Diagnostic{
					Rule: pod.RuleEntrypoint, Severity: diag.Error, Span: c.Get("image").Place(),
					Message: fmt.Sprintf("what image %q runs by itself is not known here, and the container has no command", image),
					Help:    fmt.Sprintf("write the command, put the image under images: in weft.yaml, or use --image %s=COMMAND", image),
				})
			}
		}
	}
	return found.Sorted()
}

// containersOf are all containers of a template's Pod.
func containersOf(t *ir.Template) []*tree.Node {
	var all []*tree.Node
	switch t.Type() {
	case ir.Container, ir.Script:
		all = append(all, t.Body())
	case ir.ContainerSet:
		all = append(all, t.Body().Get("containers").List()...)
	default:
		return nil
	}
	all = append(all, t.Node.Get("initContainers").List()...)
	return append(all, t.Node.Get("sidecars").List()...)
}
