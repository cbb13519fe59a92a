package pod

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/weft-lang/weft/compiler/eval"
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
)

// local adds to a scope what only the Pod can tell.
type local struct {
	in       Input
	name     string
	template *tree.Node
	outer    eval.Scope
}

func (s local) Value(name string) (string, bool) {
	switch name {
	case "pod.name":
		return s.name, true
	case "node.name":
		return s.in.Node.Path, true
	}
	if v, ok := s.path(name); ok {
		return v, true
	}
	if s.outer == nil {
		return "", false
	}
	return s.outer.Value(name)
}

// Live makes local an eval.Live.
func (s local) Live() bool { return s.in.Options.Live }

func (s local) Vars() map[string]string {
	vars := map[string]string{"pod.name": s.name, "node.name": s.in.Node.Path}
	if s.outer != nil {
		for name, value := range s.outer.Vars() {
			vars[name] = value
		}
	}
	for _, kind := range []string{"inputs.artifacts", "outputs.artifacts", "outputs.parameters"} {
		for _, n := range s.template.At(strings.Split(kind, ".")...).List() {
			name := kind + "." + n.Get("name").Text() + ".path"
			if v, ok := s.path(name); ok {
				vars[name] = v
			}
		}
	}
	return vars
}

// path is the value of inputs.artifacts.X.path and outputs.*.X.path.
func (s local) path(name string) (string, bool) {
	name, ok := strings.CutSuffix(name, ".path")
	parts := strings.SplitN(name, ".", 3)
	if !ok || len(parts) < 3 || s.outer == nil {
		return "", false
	}
	list := s.template.At(parts[0], parts[1]).List()
	i := slices.IndexFunc(list, func(n *tree.Node) bool { return n.Get("name").Text() == parts[2] })
	if i < 0 {
		return "", false
	}
	path := list[i].Get("path")
	if parts[1] == "parameters" {
		path = list[i].At("valueFrom", "path")
	}
	return eval.Fill(path.Text(), s.outer).Text, path.Text() != ""
}

// roots are the names that are weft's to know. A tag under any other root
// belongs to somebody else, a Go template in a script for example.
var roots = []string{"item", "steps", "tasks", "inputs", "outputs", "pod", "node", "workflow", "retries", "lastRetry"}

// fill closes the holes of n and reports those that nothing fills.
func (b *builder) fill(n *tree.Node) *tree.Node {
	filled, open := eval.Tree(n, b.scope)
	for _, o := range open {
		if ours(o.Tag) {
			b.unresolved(o)
		}
	}
	return filled
}

// Ours reports whether a name is weft's to know. Any other in a tag belongs to
// somebody else.
func Ours(name string) bool {
	path, ok := expr.ParsePath(name)
	return ok && slices.Contains(roots, path[0].Name)
}

// ours reports whether a tag is for weft to fill.
func ours(t expr.Tag) bool { return t.Expr || Ours(t.Key) }

func (b *builder) unresolved(o eval.Open) {
	d := diag.Diagnostic{
		Rule: RuleUnresolved, Severity: diag.Error, Span: o.Node.Source(o.Tag.Start, o.Tag.End),
		Message: fmt.Sprintf("%q names nothing that is known when the Pod is made", shorten(o.Tag.Key)),
	}
	if o.Tag.Expr {
		d.Message = fmt.Sprintf("the expression %q has no value when the Pod is made", shorten(o.Tag.Body[1:]))
	} else if near, ok := expr.Nearest(o.Tag.Key, slices.Sorted(maps.Keys(b.scope.Vars()))); ok {
		d.Help = fmt.Sprintf("did you mean %q?", near)
	}
	if b.in.KeepOpen {
		d.Severity = diag.Warning
	} else {
		b.open = append(b.open, d.Span)
	}
	b.found.Add(d)
}

// isOpen reports whether a tag at a place was reported as unresolved: that a
// value does not fit there is no news then.
func (b *builder) isOpen(at source.Span) bool { return slices.ContainsFunc(b.open, at.Contains) }

// text is the filled text of a scalar.
func (b *builder) text(n *tree.Node) string { return b.fill(n).Text() }

// isTrue reads a boolean of the template.
func (b *builder) isTrue(key string) bool {
	return decode[bool](b.decoder, b.fill(b.template.Get(key)))
}

// field is a field of the workflow's spec, or of the template it is made from.
func (r Run) field(key string) *tree.Node {
	if r.Spec == nil {
		return nil
	}
	if n := r.Spec.Node.Get(key); !n.IsNull() {
		return n
	}
	return r.base().Get(key)
}

// base is the spec of the WorkflowTemplate that the workflow is made from.
func (r Run) base() *tree.Node {
	if r.Spec.Ref != nil && r.Spec.Ref.Target != nil {
		return r.Spec.Ref.Target.Spec.Node
	}
	return nil
}

// lists is a list of the workflow's spec, then that of the template it is made
// from. A name that is in both means the first, as in look-ups.
func (r Run) lists(key string) []*tree.Node {
	if r.Spec == nil {
		return nil
	}
	return slices.Concat(r.Spec.Node.Get(key).List(), r.base().Get(key).List())
}

// ReadResults are the calls of t whose results its body reads. A result that
// nobody reads is not captured.
func ReadResults(t *ir.Template) map[*ir.Call]bool {
	calls := map[string]*ir.Call{} // by each way to write their names
	longest := 0
	for _, c := range t.Calls() {
		for _, form := range []string{".%s", "['%s']", `["%s"]`} {
			name := c.Scope() + fmt.Sprintf(form, c.Name.Text())
			calls[name], longest = c, max(longest, len(name))
		}
	}
	read := map[*ir.Call]bool{}
	for n := range t.Node.All() {
		if n.Kind != tree.String {
			continue
		}
		for text, from := n.Value, 0; ; from += len(ofResult) {
			at := strings.Index(text[from:], ofResult)
			if at < 0 {
				break
			}
			from += at
			for start := max(0, from-longest); start < from; start++ {
				if c := calls[text[start:from]]; c != nil {
					read[c] = true
				}
			}
		}
	}
	return read
}

// ofResult is what stands behind the name of a call whose result is read.
const ofResult = ".outputs.result"

// without is the map n without some keys.
func without(n *tree.Node, keys ...string) *tree.Node {
	if n == nil || !slices.ContainsFunc(keys, func(k string) bool { return n.Entry(k) != nil }) {
		return n
	}
	out := *n
	out.Entries = slices.DeleteFunc(slices.Clone(n.Entries), func(e tree.Entry) bool { return slices.Contains(keys, e.Key.Value) })
	return &out
}
