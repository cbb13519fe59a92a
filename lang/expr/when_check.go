package expr

import (
	"slices"
	"strings"
)

// whenType is what is known of a value in when.
type whenType uint8

const (
	whenUnknown whenType = iota
	whenString
	whenNumber
	whenBool
	whenList
)

func (t whenType) String() string {
	return [...]string{"a value", "text", "a number", "a boolean", "a list"}[t]
}

// checkWhen reports operations that cannot work, and a result that is no
// boolean, wherever that is certain without the values of tags.
func checkWhen(root Node) []Error {
	c := &whenChecker{}
	t := c.typeOf(root)
	// After a fault that stops the evaluation the result is a guess.
	stopped := slices.ContainsFunc(c.errors, func(e Error) bool { return e.Kind != NeverEqual })
	if stopped || t == whenUnknown || t == whenBool {
		return c.errors
	}
	c.fail(WrongResult, root, "the condition is "+t.String()+", not true or false", whenResultHelp(root))
	return c.errors
}

func whenResultHelp(root Node) string {
	if b, ok := root.(*Binary); ok && b.Op == ":" {
		return "quote text that holds a colon"
	}
	return `compare it with "==" or "!="`
}

type whenChecker struct{ errors []Error }

func (c *whenChecker) fail(kind ErrorKind, n Node, message, help string) {
	start, end := n.Span()
	c.errors = append(c.errors, Error{Kind: kind, Start: start, End: end, Message: message, Help: help})
}

func (c *whenChecker) typeOf(n Node) whenType {
	switch n := n.(type) {
	case *Literal:
		return map[LiteralKind]whenType{
			StringLiteral: whenString, WordLiteral: whenString,
			NumberLiteral: whenNumber, TimeLiteral: whenNumber, BoolLiteral: whenBool,
		}[n.Kind]
	case *TagOperand:
		switch {
		case n.Quoted:
			return whenString
		case n.Bare && !n.Tags[0].Expr && strings.HasSuffix(n.Tags[0].Key, ".exitCode"):
			return whenNumber
		}
		return whenUnknown
	case *List:
		for _, it := range n.Items {
			c.typeOf(it)
		}
		return whenList
	case *Unary:
		return c.unary(n)
	case *Binary:
		return c.binary(n)
	}
	return whenUnknown
}

func (c *whenChecker) unary(n *Unary) whenType {
	want := whenNumber
	if n.Op == "!" {
		want = whenBool
	}
	if t := c.typeOf(n.X); t != whenUnknown && t != want {
		c.fail(Mismatch, n.X, quote(n.Op)+" needs "+want.String()+", this is "+t.String(), "")
	}
	return want
}

func (c *whenChecker) binary(n *Binary) whenType {
	x, y := c.typeOf(n.X), c.typeOf(n.Y)
	switch n.Op {
	case "==", "!=":
		if x != whenUnknown && y != whenUnknown && x != y {
			c.unequal(n, x, y)
		}
	case "<", "<=", ">", ">=":
		if x == whenBool || x == whenList || y == whenBool || y == whenList || x != whenUnknown && y != whenUnknown && x != y {
			c.fail(Mismatch, n, quote(n.Op)+" compares two numbers or two texts, not "+x.String()+" with "+y.String(), orderHelp(x, y))
		}
	case "=~", "!~":
		c.want(n, n.X, x, whenString)
		c.want(n, n.Y, y, whenString)
	case "in":
		c.membership(n, y)
	case "&&", "||":
		c.want(n, n.X, x, whenBool)
		c.want(n, n.Y, y, whenBool)
	case "?":
		c.want(n, n.X, x, whenBool)
		return y // nil when the condition is false, but only a ":" can follow
	case ":", "??":
		return c.alternative(n, x, y)
	case "+":
		return c.sum(n, x, y)
	default:
		return c.arithmetic(n, x, y)
	}
	return whenBool
}

func orderHelp(x, y whenType) string {
	if x == whenString && y == whenNumber || x == whenNumber && y == whenString {
		return "drop the quotes around numbers"
	}
	return ""
}

// want reports an operand of a type that the operator cannot take.
func (c *whenChecker) want(n *Binary, operand Node, got, want whenType) {
	if got == whenUnknown || got == want {
		return
	}
	c.fail(Mismatch, operand, quote(n.Op)+" needs "+want.String()+" here, this is "+got.String(), "")
}

// unequal reports a comparison that the types alone decide.
func (c *whenChecker) unequal(n *Binary, x, y whenType) {
	verdict := "so they are never equal"
	if n.Op == "!=" {
		verdict = "so they always differ"
	}
	help := "write both with quotes, or both without"
	for _, side := range []Node{n.X, n.Y} {
		if l, ok := side.(*Literal); ok && l.Kind == WordLiteral && (strings.EqualFold(l.Value, "true") || strings.EqualFold(l.Value, "false")) {
			help = "write " + quote(strings.ToLower(l.Value)) + " in lower case"
		}
	}
	c.fail(NeverEqual, n, x.String()+" is compared with "+y.String()+", "+verdict, help)
}

// membership checks the right side of in. The reference needs a list of two
// or more.
func (c *whenChecker) membership(n *Binary, y whenType) {
	if y == whenList || y == whenUnknown {
		return
	}
	c.fail(Mismatch, n.Y, `"in" needs a list of at least two values`, `compare a single value with "=="`)
}

func (c *whenChecker) alternative(n *Binary, x, y whenType) whenType {
	if then, ok := n.X.(*Binary); n.Op == ":" && (!ok || then.Op != "?") {
		c.fail(Syntax, &Literal{Start: n.OpStart, End: n.OpEnd}, `":" has no "?"`, "quote text that holds a colon")
		return whenUnknown
	}
	if x == y {
		return x
	}
	return whenUnknown
}

func (c *whenChecker) sum(n *Binary, x, y whenType) whenType {
	switch {
	case x == whenString || y == whenString:
		return whenString
	case x == whenNumber && y == whenNumber:
		return whenNumber
	case x == whenUnknown || y == whenUnknown:
		return whenUnknown
	}
	c.fail(Mismatch, n, `"+" adds numbers or joins text, not `+x.String()+" and "+y.String(), "")
	return whenUnknown
}

func (c *whenChecker) arithmetic(n *Binary, x, y whenType) whenType {
	if (x == whenUnknown || x == whenNumber) && (y == whenUnknown || y == whenNumber) {
		return whenNumber
	}
	_, end := n.X.Span()
	start, _ := n.Y.Span()
	message := quote(n.Op) + " needs two numbers, not " + x.String() + " and " + y.String()
	if end == n.OpStart && start == n.OpEnd {
		message = quote(n.Op) + " is read as an operator between two values"
	}
	c.fail(Mismatch, n, message, "quote text that holds "+quote(n.Op))
	return whenUnknown
}
