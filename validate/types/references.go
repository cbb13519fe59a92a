package types

import (
	"iter"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate/trace"
)

// A Reference is one use of what a step or task of the same body offers.
type Reference struct {
	Use      *trace.Use
	Consumer *ir.Call // nil in the outputs of the body
	Producer *ir.Call
	Field    string // of the consumer or of the outputs, outermost: arguments, when ...
	Node     *tree.Node
	Start    int // byte range of the path in the text of Node
	End      int
	Path     expr.Path
	InExpr   bool // in an expression
	Whole    bool // it is all of the text
	Guarded  bool // in an expression that can do without it
}

// Span is the place of the path.
func (r *Reference) Span() source.Span { return r.Node.Source(r.Start, r.End) }

// Output is the kind and name of the output that is read: ("result", ""),
// ("parameters", "x"). Both are "" for anything else, such as a status.
func (r *Reference) Output() (kind, name string) {
	if len(r.Path) < 4 || r.Path[2].Name != "outputs" {
		return "", ""
	}
	if r.Path[3].Name == "result" {
		return "result", ""
	}
	if len(r.Path) > 4 {
		return r.Path[3].Name, r.Path[4].Name
	}
	return "", ""
}

// References yields what the steps or tasks of a body and its outputs read from
// each other, in source order. Inline bodies are left out.
func References(u *trace.Use) iter.Seq[*Reference] {
	return func(yield func(*Reference) bool) {
		f := &finder{use: u, byName: map[string]*ir.Call{}, yield: yield}
		for _, c := range u.Template.Calls() {
			f.byName[u.Text(c.Name)] = c
		}
		for _, c := range u.Template.Calls() {
			for _, e := range c.Node.Entries {
				if key := e.Key.Value; key != "inline" && key != "name" {
					f.find(e.Value, c, key)
				}
			}
		}
		f.find(u.Template.Outputs.Node, nil, "outputs")
	}
}

type finder struct {
	use    *trace.Use
	byName map[string]*ir.Call
	yield  func(*Reference) bool
	done   bool
}

// bare are the keys whose text may be a reference without braces, and those
// whose text is an expression.
var (
	bare        = map[string]bool{"from": true, "parameter": true}
	expressions = map[string]bool{"expression": true, "fromExpression": true}
)

func (f *finder) find(n *tree.Node, c *ir.Call, field string) {
	if n == nil || f.done {
		return
	}
	for _, e := range n.Entries {
		switch {
		case expressions[e.Key.Value] && e.Value.Kind == tree.String && !strings.Contains(e.Value.Value, "{{"):
			f.expression(e.Value, 0, e.Value.Value, c, field)
		case bare[e.Key.Value] && e.Value.Kind == tree.String && !strings.Contains(e.Value.Value, "{{"):
			f.path(e.Value, 0, e.Value.Value, c, field)
		default:
			f.find(e.Value, c, field)
		}
	}
	for _, it := range n.Items {
		f.find(it, c, field)
	}
	if n.Kind != tree.String || !strings.Contains(n.Value, "{{") {
		return
	}
	tags, _ := expr.Tags(n.Value)
	for _, t := range tags {
		switch {
		case strings.Contains(t.Body, "{{"):
		case t.Expr:
			f.expression(n, t.Start+3, t.Body[1:], c, field)
		default:
			f.path(n, t.Start+2+strings.Index(t.Body, t.Key), t.Key, c, field)
		}
	}
}

func (f *finder) path(n *tree.Node, at int, key string, c *ir.Call, field string) {
	if !strings.HasPrefix(key, root(f.use)+".") {
		return
	}
	if path, ok := expr.ParsePath(key); ok {
		f.push(&Reference{
			Consumer: c, Field: field, Node: n, Start: at, End: at + len(key), Path: path,
			Whole: strings.Trim(n.Value, "{} ") == key,
		})
	}
}

func (f *finder) expression(n *tree.Node, at int, text string, c *ir.Call, field string) {
	if !strings.Contains(text, root(f.use)) {
		return
	}
	e, fault := expr.ParseExpr(text)
	if fault != nil {
		return
	}
	for _, r := range e.References() {
		f.push(&Reference{
			Consumer: c, Field: field, Node: n, Start: at + r.Start, End: at + r.End, Path: r.Path,
			InExpr: true, Guarded: r.Optional || guards(text),
		})
	}
}

// guards reports whether an expression chooses between values: which of them
// it reads then depends on the run.
func guards(text string) bool {
	return strings.Contains(text, "?") || strings.Contains(text, "nil") || strings.Contains(text, "if ")
}

func (f *finder) push(r *Reference) {
	if f.done || len(r.Path) < 2 || r.Path[0].Name != root(f.use) {
		return
	}
	if r.Producer = f.byName[r.Path[1].Name]; r.Producer == nil {
		return
	}
	r.Use = f.use
	f.done = !f.yield(r)
}
