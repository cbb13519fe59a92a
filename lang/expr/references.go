package expr

import (
	"slices"

	"github.com/expr-lang/expr/ast"
)

// A Reference is one use of a name from the scope: steps.a.outputs.result.
type Reference struct {
	Path       Path
	Start, End int  // byte range in the text, closing bracket included
	Optional   bool // its absence is caught by ?. or ??
	Open       bool // the path goes on with something computed: steps[x]
}

// A Call is one use of a function.
type Call struct {
	Name       string // with dots: sprig.trim
	Start, End int    // byte range of the name
	Builtin    bool   // one of expr-lang's own
	Arguments  int
}

// References returns the names that e takes from its scope, in source order.
// Names bound by let, elements of a list inside a predicate, functions and
// tags are none.
func (e *Expr) References() []Reference {
	return collect(e).references
}

// Calls returns the functions that e calls, in source order.
func (e *Expr) Calls() []Call {
	return collect(e).calls
}

// Roots are the first names of the references, each once.
func (e *Expr) Roots() []string {
	var roots []string
	for _, r := range e.References() {
		if name := r.Path[0].Name; !slices.Contains(roots, name) {
			roots = append(roots, name)
		}
	}
	return roots
}

type collector struct {
	*Expr
	bound      []string // names of enclosing lets
	references []Reference
	calls      []Call
}

func collect(e *Expr) *collector {
	c := &collector{Expr: e}
	c.visit(e.root, false)
	return c
}

// visit collects below n. guarded says that nil is caught further out.
func (c *collector) visit(n ast.Node, guarded bool) {
	if c.reference(n, guarded) {
		return
	}
	switch n := n.(type) {
	case *ast.BinaryNode:
		c.visit(n.Left, guarded || n.Operator == "??")
		c.visit(n.Right, guarded)
	case *ast.CallNode:
		c.call(n, guarded)
	case *ast.BuiltinNode:
		start, end := c.layout.bytes(n.Location())
		c.calls = append(c.calls, Call{n.Name, start, end, true, len(n.Arguments)})
		for _, a := range n.Arguments {
			c.visit(a, false)
		}
	case *ast.VariableDeclaratorNode:
		c.visit(n.Value, guarded)
		c.bound = append(c.bound, n.Name)
		c.visit(n.Expr, guarded)
		c.bound = c.bound[:len(c.bound)-1]
	default:
		for _, child := range children(n) {
			c.visit(child, guarded)
		}
	}
}

func (c *collector) call(n *ast.CallNode, guarded bool) {
	var u usage
	if u.flatten(n.Callee); len(u.path) > 0 && !u.open {
		c.locate(&u)
		last := u.path[len(u.path)-1]
		if len(u.path) > 2 || len(u.path) == 2 && u.path[0].Name != "sprig" {
			// A method of a value: the value is what the scope gives.
			member := n.Callee
			if chain, ok := member.(*ast.ChainNode); ok {
				member = chain.Node
			}
			c.visit(member.(*ast.MemberNode).Node, guarded)
		}
		c.calls = append(c.calls, Call{u.path.String(), u.path.Start(), last.End, false, len(n.Arguments)})
	} else {
		c.visit(n.Callee, guarded)
	}
	for _, a := range n.Arguments {
		c.visit(a, false)
	}
}

// reference records n if it is a name or a chain of members that starts at one.
func (c *collector) reference(n ast.Node, guarded bool) bool {
	var u usage
	if u.flatten(n); u.root == nil {
		return false
	}
	for _, computed := range u.computed {
		c.visit(computed, false)
	}
	if len(u.path) == 0 || slices.Contains(c.bound, u.path[0].Name) || c.opaque(c.layout.bytes(u.root.Location())) {
		return true
	}
	c.locate(&u)
	r := Reference{Path: u.path, Start: u.path.Start(), Optional: guarded, Open: u.open}
	if u.open {
		n = u.last
	}
	_, r.End = c.layout.span(n)
	for _, s := range u.path {
		r.Optional = r.Optional || s.Optional
	}
	c.references = append(c.references, r)
	return true
}

// locate turns the places of the path's names from code points into bytes.
func (c *collector) locate(u *usage) {
	for i := range u.path {
		s := &u.path[i]
		s.Start, s.End = c.layout.byteOffset(s.Start), c.layout.byteOffset(s.End)
		if q := c.source[s.Start]; q == '\'' || q == '"' || q == '`' {
			s.Quoted = true
			s.Start, s.End = s.Start+1, s.End-1
		}
	}
}

// usage is a chain of members taken apart.
type usage struct {
	root     *ast.IdentifierNode
	path     Path
	computed []ast.Node // indexes that are not literal names
	open     bool       // something computed follows the path
	last     ast.Node   // the node that ends the path, when open
}

// flatten fills u from n; u.root stays nil when n is no such chain.
func (u *usage) flatten(n ast.Node) {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		u.root = n
		if n.Value != "$env" {
			loc := n.Location()
			u.path = append(u.path, Segment{Name: n.Value, Start: loc.From, End: loc.To})
		}
	case *ast.ChainNode:
		u.flatten(n.Node)
	case *ast.MemberNode:
		u.flatten(n.Node)
		u.member(n.Node, n.Property, n.Optional)
	case *ast.BuiltinNode:
		if n.Name == "get" && len(n.Arguments) == 2 {
			u.flatten(n.Arguments[0])
			u.member(n.Arguments[0], n.Arguments[1], true)
		}
	}
}

func (u *usage) member(base, property ast.Node, optional bool) {
	if u.root == nil {
		return
	}
	name, ok := property.(*ast.StringNode)
	if !ok {
		u.computed = append(u.computed, property)
		if !u.open {
			u.open, u.last = true, base
		}
		return
	}
	if loc := name.Location(); !u.open {
		u.path = append(u.path, Segment{Name: name.Value, Start: loc.From, End: loc.To, Optional: optional})
	}
}
