package plan

import (
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/weft-lang/weft/compiler/eval"
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/yaml"
)

// What a cluster takes. The limit on objects is etcd's, less what other fields
// and the status need; the one on arguments is the kernel's, less the byte that
// ends each.
const (
	maxObject      = 1 << 20
	maxAnnotations = 256 << 10
	maxArgument    = 128<<10 - 1
)

// containers are the containers of a Pod that run a template.
func containers(t *ir.Template) []*tree.Node {
	out := slices.Concat(t.Node.Get("initContainers").List(), running(t))
	return out
}

// running are the containers that run side by side.
func running(t *ir.Template) []*tree.Node {
	var out []*tree.Node
	switch t.Type() {
	case ir.Container, ir.Script:
		out = append(out, t.Body())
	case ir.ContainerSet:
		out = append(out, t.Body().Get("containers").List()...)
	}
	return append(out, t.Node.Get("sidecars").List()...)
}

// amounts are resources by name.
type amounts map[string]resource.Quantity

func (a amounts) add(name string, q resource.Quantity) {
	sum := a[name]
	sum.Add(q)
	a[name] = sum
}

func (a amounts) atLeast(name string, q resource.Quantity) {
	if have := a[name]; have.Cmp(q) < 0 {
		a[name] = q
	}
}

// asked is what a Pod asks for: what its containers need together, or what an
// init container needs alone, whichever is more. A limit without a request is
// the request. What holds a tag that the plan cannot fill is left out.
func asked(l Leaf) amounts {
	sum := amounts{}
	for _, c := range running(l.Template) {
		for name, q := range requested(c, l.Known) {
			sum.add(name, q)
		}
	}
	for _, c := range l.Template.Node.Get("initContainers").List() {
		for name, q := range requested(c, l.Known) {
			sum.atLeast(name, q)
		}
	}
	return sum
}

func requested(container *tree.Node, scope eval.Scope) amounts {
	out := amounts{}
	for _, key := range []string{"limits", "requests"} { // a request replaces the limit
		n := container.At("resources", key)
		if n == nil {
			continue
		}
		for _, e := range n.Entries {
			if q, err := resource.ParseQuantity(eval.Fill(e.Value.Text(), scope).Text); err == nil {
				out[e.Key.Value] = q
			}
		}
	}
	return out
}

// requests sums up what all Pods ask for, and what those ask for that run in
// the same turn.
func (p *Plan) requests(turns int) []Request {
	total := amounts{}
	byTurn := make([]amounts, turns+1)
	for i, r := range p.Runs {
		for name, q := range asked(p.leaves[i]) {
			q.Mul(int64(r.Times))
			total.add(name, q)
			if byTurn[r.Start] == nil {
				byTurn[r.Start] = amounts{}
			}
			byTurn[r.Start].add(name, q)
		}
	}
	peak := amounts{}
	for _, turn := range byTurn {
		for name, q := range turn {
			peak.atLeast(name, q)
		}
	}
	var out []Request
	for _, name := range slices.Sorted(maps.Keys(total)) {
		all, most := total[name], peak[name]
		out = append(out, Request{name, all.String(), most.String()})
	}
	return out
}

// sizes are the object, and the largest annotations and argument in it.
func (p *Plan) sizes() []Size {
	sizes := []Size{
		{"object", len(yaml.JSON(p.object.Root)), maxObject},
		{"annotations", textSize(p.object.Annotations()), maxAnnotations},
	}
	argument := Size{"argument", 0, maxArgument}
	seen := map[*ir.Template]bool{}
	for _, l := range p.leaves {
		if seen[l.Template] {
			continue
		}
		seen[l.Template] = true
		name := l.Template.Describe()
		if s := (Size{"annotations of " + name, textSize(l.Template.Node.At("metadata", "annotations")), maxAnnotations}); s.Over() {
			sizes = append(sizes, s)
		}
		for _, text := range arguments(l) {
			if len(text) > argument.Bytes {
				argument.What, argument.Bytes = "longest argument, in "+name, len(text)
			}
		}
	}
	if argument.Bytes > 0 {
		sizes = append(sizes, argument)
	}
	return sizes
}

// arguments are the texts that the kernel passes to a program: words of the
// command line and variables.
func arguments(l Leaf) []string {
	var out []string
	for _, c := range containers(l.Template) {
		for _, key := range []string{"command", "args"} {
			for _, n := range c.Get(key).List() {
				out = append(out, eval.Fill(n.Text(), l.Known).Text)
			}
		}
		for _, e := range c.Get("env").List() {
			out = append(out, e.Get("name").Text()+"="+eval.Fill(e.Get("value").Text(), l.Known).Text)
		}
	}
	return out
}

func textSize(n *tree.Node) int {
	size := 0
	if n != nil {
		for _, e := range n.Entries {
			size += len(e.Key.Value) + len(e.Value.Text())
		}
	}
	return size
}
