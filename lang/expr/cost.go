package expr

import "github.com/expr-lang/expr/ast"

// maxFoldBytes bounds the values that folding may build. Expressions come from
// untrusted files, and a few nested replaces can ask for any amount of memory.
const maxFoldBytes = 16 << 20

// multiplying are the functions whose result can be as long as the product of
// their arguments.
var multiplying = map[string]bool{
	"replace": true, "join": true,
	"sprig.replace": true, "sprig.join": true, "sprig.wrap": true, "sprig.wrapWith": true,
	"sprig.regexReplaceAll": true, "sprig.regexReplaceAllLiteral": true,
	"sprig.mustRegexReplaceAll": true, "sprig.mustRegexReplaceAllLiteral": true,
}

// A sizer bounds the size of values from above.
type sizer struct {
	vars  map[string]string
	total int // of all variables
	bound map[string]int
	items []int // size of the collections that enclosing predicates go through
}

// costly reports whether an evaluation of e could build very large values.
func costly(e *Expr, vars map[string]string) bool {
	s := &sizer{vars: vars, bound: map[string]int{}}
	for k, v := range vars {
		s.total += len(k) + len(v)
	}
	return s.size(e.root) > maxFoldBytes
}

// times multiplies without overflow.
func times(a, b int) int {
	if a > maxFoldBytes || b > maxFoldBytes {
		return maxFoldBytes + 1
	}
	return a * b
}

func (s *sizer) size(n ast.Node) int {
	const word = 8
	switch n := n.(type) {
	case *ast.StringNode:
		return len(n.Value) + 1
	case *ast.IdentifierNode:
		return s.variable(n.Value)
	case *ast.MemberNode, *ast.ChainNode:
		return s.member(n)
	case *ast.PointerNode:
		if len(s.items) > 0 {
			return s.items[len(s.items)-1]
		}
	case *ast.VariableDeclaratorNode:
		s.bound[n.Name] = s.size(n.Value)
		return s.size(n.Expr)
	case *ast.BinaryNode:
		if n.Operator == ".." {
			return s.rangeSize(n)
		}
	case *ast.BuiltinNode:
		return s.call(n.Name, n.Arguments)
	case *ast.CallNode:
		var u usage
		u.flatten(n.Callee)
		return s.call(u.path.String(), n.Arguments)
	}
	sum := word
	for _, c := range children(n) {
		sum = min(sum+s.size(c), maxFoldBytes+1)
	}
	return sum
}

func (s *sizer) variable(name string) int {
	if size, ok := s.bound[name]; ok {
		return size
	}
	if v, ok := s.vars[name]; ok {
		return len(v) + 1
	}
	return s.total + 1
}

func (s *sizer) member(n ast.Node) int {
	var u usage
	if u.flatten(n); u.root != nil && !u.open {
		if _, let := s.bound[u.root.Value]; !let {
			return s.variable(u.path.String())
		}
	}
	sum := 1
	for _, c := range children(n) {
		sum = min(sum+s.size(c), maxFoldBytes+1)
	}
	return sum
}

func (s *sizer) rangeSize(n *ast.BinaryNode) int {
	from, ok1 := n.Left.(*ast.IntegerNode)
	to, ok2 := n.Right.(*ast.IntegerNode)
	if !ok1 || !ok2 {
		return maxFoldBytes + 1
	}
	return times(8, max(0, to.Value-from.Value)+1)
}

// itemSize bounds one item of a collection of the given size.
func (s *sizer) itemSize(collection ast.Node, size int) int {
	if b, ok := collection.(*ast.BinaryNode); ok && b.Operator == ".." {
		return 8
	}
	return size
}

// call bounds the result of a function. What a predicate builds, it can build
// for each item.
func (s *sizer) call(name string, arguments []ast.Node) int {
	const growth = 8 // escapes, indentation, quoting
	sum, product := 1, 1
	for _, a := range arguments {
		if p, ok := a.(*ast.PredicateNode); ok {
			s.items = append(s.items, s.itemSize(arguments[0], sum))
			body := s.size(p.Node)
			s.items = s.items[:len(s.items)-1]
			sum = times(sum, body)
			continue
		}
		size := s.size(a)
		sum = min(sum+size, maxFoldBytes+1)
		product = times(product, size+1)
	}
	if multiplying[name] {
		return times(growth, product)
	}
	return times(growth, sum)
}
