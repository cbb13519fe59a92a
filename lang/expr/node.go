package expr

// A Node is a part of a parsed when or depends. The set of nodes is closed:
// Binary, Unary, List, Literal, TagOperand, Dep.
type Node interface {
	// Span is the byte range of the node in the text, own parentheses excluded.
	Span() (start, end int)
}

// A Binary is an operation on two nodes. The ternary of when is two of them,
// as it is to its evaluator: (X ? Y) : Z.
type Binary struct {
	Op      string
	X, Y    Node
	OpStart int // byte range of the operator
	OpEnd   int
}

// A Unary is an operator in front of a node.
type Unary struct {
	Op      string
	X       Node
	OpStart int
}

// A List is several nodes with commas between them.
type List struct {
	Items []Node
}

// A LiteralKind says what a Literal is to the evaluator.
type LiteralKind uint8

// The kinds of literal.
const (
	StringLiteral LiteralKind = iota + 1
	WordLiteral               // a bare word: a string as well
	NumberLiteral
	BoolLiteral
	TimeLiteral // a quoted string that reads as a date: a number to the evaluator
)

// A Literal is a constant.
type Literal struct {
	Kind       LiteralKind
	Value      string // decoded text, without quotes
	Start, End int
}

// A TagOperand is an operand with tags in it, so its value is unknown.
type TagOperand struct {
	Tags       []Tag // places count from the start of the whole text
	Quoted     bool  // within quotes: a string whatever the values, as long as they hold no quote
	Bare       bool  // one tag and nothing else
	Start, End int   // quotes included
}

// A Dep is a task in a depends, with or without one of its results.
type Dep struct {
	Task       string
	Result     string // "" for a bare task
	Start, End int
}

// Span is the range from the first operand to the second.
func (n *Binary) Span() (start, end int) {
	start, _ = n.X.Span()
	_, end = n.Y.Span()
	return start, end
}

// Span is the range from the operator to its operand.
func (n *Unary) Span() (start, end int) {
	_, end = n.X.Span()
	return n.OpStart, end
}

// Span is the range from the first item to the last.
func (n *List) Span() (start, end int) {
	start, _ = n.Items[0].Span()
	_, end = n.Items[len(n.Items)-1].Span()
	return start, end
}

// Span is the range of the literal, quotes included.
func (n *Literal) Span() (start, end int) { return n.Start, n.End }

// Span is the range of the operand, quotes included.
func (n *TagOperand) Span() (start, end int) { return n.Start, n.End }

// Span is the range of task and result.
func (n *Dep) Span() (start, end int) { return n.Start, n.End }

// Walk calls f for n and every node below it, parents first, left to right.
func Walk(n Node, f func(Node)) {
	if n == nil {
		return
	}
	f(n)
	switch n := n.(type) {
	case *Binary:
		Walk(n.X, f)
		Walk(n.Y, f)
	case *Unary:
		Walk(n.X, f)
	case *List:
		for _, it := range n.Items {
			Walk(it, f)
		}
	}
}
