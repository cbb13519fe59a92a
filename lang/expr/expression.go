package expr

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
)

// An Expr is a parsed expr-lang expression: what stands behind {{= and in
// fields such as valueFrom.expression. It is immutable.
type Expr struct {
	Text string
	Tags []Tag // of ParseExprWithTags: tags that stand for unknown values

	source string // Text with its tags blanked out
	root   ast.Node
	layout *layout
}

// ParseExpr parses src.
func ParseExpr(src string) (*Expr, *Error) {
	return parseExpr(&Expr{Text: src, source: src})
}

// ParseExprWithTags parses the text of a field in which tags are substituted
// before the expression is read (retryStrategy.expression). A tag outside
// quotes counts as a value of unknown type.
func ParseExprWithTags(src string) (*Expr, *Error) {
	tags, open := wholeTags(src)
	if open >= 0 {
		return nil, &Error{
			Kind: Syntax, Start: open, End: open + 2,
			Message: `"{{" is not closed`, Help: `close the tag with "}}"`,
		}
	}
	blank := []byte(src)
	for _, t := range tags {
		copy(blank[t.Start:t.End], strings.Repeat("_", t.End-t.Start))
	}
	return parseExpr(&Expr{Text: src, Tags: tags, source: string(blank)})
}

// maxTokens keeps deep nesting from exhausting the stack; expr-lang gives up
// at 10,000 nodes anyway.
const maxTokens = 1 << 15

func parseExpr(e *Expr) (*Expr, *Error) {
	var fault *file.Error
	e.layout, fault = newLayout(e.source)
	if fault != nil {
		return nil, syntaxError(e.source, e.layout, fault)
	}
	if len(e.layout.tokens) > maxTokens {
		return nil, &Error{Kind: Syntax, End: len(e.Text), Message: "the expression is too long"}
	}
	t, err := parse(e.source)
	if err != nil {
		return nil, syntaxError(e.source, e.layout, err)
	}
	e.root = t.Node
	return e, nil
}

// parse is expr-lang's parser with builtins only. Its errors are *file.Error;
// anything else it does on bad input becomes one.
func parse(src string) (t *parser.Tree, fault *file.Error) {
	defer func() {
		if r := recover(); r != nil {
			fault = &file.Error{Location: file.Location{To: utf8.RuneCountInString(src)}, Message: fmt.Sprint(r)}
		}
	}()
	t, err := parser.Parse(src)
	if err == nil {
		return t, nil
	}
	if f, ok := err.(*file.Error); ok {
		return nil, f
	}
	return nil, &file.Error{Location: file.Location{To: utf8.RuneCountInString(src)}, Message: err.Error()}
}

// opaque reports whether the bytes [start, end) touch a tag.
func (e *Expr) opaque(start, end int) bool {
	for _, t := range e.Tags {
		if t.Start < end && start < t.End {
			return true
		}
	}
	return false
}

// children returns the direct children of n in source order.
func children(n ast.Node) []ast.Node {
	switch n := n.(type) {
	case *ast.UnaryNode:
		return []ast.Node{n.Node}
	case *ast.BinaryNode:
		return []ast.Node{n.Left, n.Right}
	case *ast.ChainNode:
		return []ast.Node{n.Node}
	case *ast.MemberNode:
		return []ast.Node{n.Node, n.Property}
	case *ast.SliceNode:
		return present(n.Node, n.From, n.To)
	case *ast.CallNode:
		return append([]ast.Node{n.Callee}, n.Arguments...)
	case *ast.BuiltinNode:
		return n.Arguments
	case *ast.PredicateNode:
		return []ast.Node{n.Node}
	case *ast.ConditionalNode:
		return []ast.Node{n.Cond, n.Exp1, n.Exp2}
	case *ast.VariableDeclaratorNode:
		return []ast.Node{n.Value, n.Expr}
	case *ast.SequenceNode:
		return n.Nodes
	case *ast.ArrayNode:
		return n.Nodes
	case *ast.MapNode:
		return n.Pairs
	case *ast.PairNode:
		return []ast.Node{n.Key, n.Value}
	}
	return nil
}

func present(nodes ...ast.Node) []ast.Node {
	kept := nodes[:0]
	for _, n := range nodes {
		if n != nil {
			kept = append(kept, n)
		}
	}
	return kept
}
