package expr

import (
	"regexp"
	"strings"
	"sync"

	"github.com/expr-lang/expr/ast"
	langcheck "github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/types"
)

// types lets expr-lang's checker judge the types. It stops at its first
// error, so each wrong node is reported, replaced by an unknown value, and the
// rest is checked again.
func (c *checker) types(want Kind) Kind {
	tree, fault := parse(c.source)
	if fault != nil {
		return Unknown
	}
	env := c.scope.lang()
	if _, ok := env.(types.Map); !ok {
		env = types.Map{types.Extra: types.Any}
	}
	config := *plainConfig()
	config.WithEnv(env)
	before := file.Location{From: -1}
	const enough = 20
	for range enough {
		_, err := langcheck.Check(tree, &config)
		fault, ok := err.(*file.Error)
		if !ok || fault.Location == before {
			break
		}
		before = fault.Location
		slot := outermost(&tree.Node, fault.Location)
		if slot == nil {
			break
		}
		c.typeError(*slot, fault.Message)
		if p, ok := (*slot).(*ast.PredicateNode); ok {
			slot = &p.Node
		}
		ast.Patch(slot, &ast.IdentifierNode{Value: replaced})
	}
	return c.result(tree.Node, want)
}

// plainConfig is expr-lang's before it knows an environment. Copies share the
// table of builtins, which nobody writes to.
var plainConfig = sync.OnceValue(conf.CreateNew)

// replaced is the name of the unknown value in the place of a wrong node.
const replaced = "$replaced"

// outermost is the slot of the outermost node at loc.
func outermost(root *ast.Node, loc file.Location) *ast.Node {
	f := &finder{loc: loc}
	ast.Walk(root, f)
	return f.found
}

type finder struct {
	loc   file.Location
	found *ast.Node
}

// Visit is called for children before their parents.
func (f *finder) Visit(n *ast.Node) {
	if (*n).Location() != f.loc {
		return
	}
	if _, conditional := (*n).(*ast.ConditionalNode); !conditional {
		f.found = n
	}
}

// result checks the kind of the whole.
func (c *checker) result(root ast.Node, want Kind) Kind {
	kind := kindOf(root.Nature())
	if id, ok := root.(*ast.IdentifierNode); ok && id.Value == replaced {
		return Unknown
	}
	start, end := c.layout.span(c.root)
	if want != Unknown && kind != Unknown && kind != want {
		help := ""
		switch {
		case want == Bool && kind == String:
			help = "compare it, as in " + excerpt(c.Text[start:end]) + ` == "..."`
		case want == String && kind != Nil:
			help = "convert it: string(" + excerpt(c.Text[start:end]) + ")"
		}
		c.fail(WrongResult, start, end, "the result is "+kind.String()+", "+want.String()+" is needed here", help)
	}
	if b, ok := root.(*ast.BuiltinNode); ok && yieldsNil[b.Name] {
		c.fail(MaybeNil, start, end, "the result is nil when "+quote(b.Name)+" finds nothing", `give it a default: ... ?? "..."`)
	}
	return kind
}

// yieldsNil are builtins that yield nil when there is nothing to find.
var yieldsNil = map[string]bool{"find": true, "findLast": true, "get": true, "first": true, "last": true}

// excerpt is text that is short enough to repeat, else an ellipsis.
func excerpt(text string) string {
	if len(text) > 40 || strings.Contains(text, "\n") {
		return "..."
	}
	return text
}

// typeError turns expr-lang's verdict on n into ours.
func (c *checker) typeError(n ast.Node, message string) {
	start, end := c.layout.span(n)
	switch n := n.(type) {
	case *ast.BinaryNode:
		if c.binary(n, message) {
			return
		}
	case *ast.UnaryNode:
		got, need := kindOf(n.Node.Nature()), Number
		if n.Operator == "!" || n.Operator == "not" {
			need = Bool
		}
		c.fail(Mismatch, start, end, quote(n.Operator)+" needs "+need.String()+", this is "+got.String(), c.convert(n.Node, got, need))
		return
	}
	for _, r := range typePhrases() {
		if m := r.pattern.FindStringSubmatch(message); m != nil {
			for i := 1; i < len(m); i++ {
				r.message = strings.ReplaceAll(r.message, "$"+string(rune('0'+i)), typeWords(m[i]))
			}
			c.fail(Mismatch, start, end, r.message, r.help)
			return
		}
	}
	c.fail(Mismatch, start, end, typeWords(message), "")
}

// binary explains an operator between types that it does not take.
func (c *checker) binary(n *ast.BinaryNode, message string) bool {
	start, end := c.layout.span(n)
	x, y := kindOf(n.Left.Nature()), kindOf(n.Right.Nature())
	switch {
	case n.Operator == "==" || n.Operator == "!=":
		verdict := ", so they are never equal"
		if n.Operator == "!=" {
			verdict = ", so they always differ"
		}
		c.fail(NeverEqual, start, end, x.String()+" is compared with "+y.String()+verdict, c.convertEither(n, x, y))
	case n.Operator == "in" && strings.HasSuffix(message, "in array"):
		c.fail(NeverEqual, start, end, x.String()+" is looked for in a list that never holds one", c.convert(n.Left, x, elementKind(n.Right)))
	case strings.HasPrefix(message, "error parsing regexp"):
		start, end = c.layout.span(n.Right)
		c.fail(Mismatch, start, end, "the pattern is not a regular expression: "+strings.TrimPrefix(message, "error parsing regexp: "), "")
	case strings.HasPrefix(message, "invalid operation"):
		c.fail(Mismatch, start, end, quote(n.Operator)+" does not work on "+x.String()+" and "+y.String(), c.convertOperands(n, x, y))
	default:
		return false
	}
	return true
}

func elementKind(n ast.Node) Kind {
	if a, ok := n.(*ast.ArrayNode); ok && len(a.Nodes) > 0 {
		return kindOf(a.Nodes[0].Nature())
	}
	return Unknown
}

// convertOperands is the help for an operator that fails.
func (c *checker) convertOperands(n *ast.BinaryNode, x, y Kind) string {
	switch n.Operator {
	case "&&", "||", "and", "or":
		if x == String {
			return c.convert(n.Left, x, Bool)
		}
		return c.convert(n.Right, y, Bool)
	case "+":
		if x == Number && y == String || x == String && y == Number {
			return "convert one of them, with int(...) or string(...)"
		}
	case "-", "*", "/", "%", "**", "^", "..":
		if x == String {
			return c.convert(n.Left, x, Number)
		}
		return c.convert(n.Right, y, Number)
	}
	return c.convertEither(n, x, y)
}

// convertEither is the help for two operands that should be of one kind.
func (c *checker) convertEither(n *ast.BinaryNode, x, y Kind) string {
	if y == String {
		return c.convert(n.Right, y, x)
	}
	return c.convert(n.Left, x, y)
}

// convert is how to make n, of kind from, a value of kind to.
func (c *checker) convert(n ast.Node, from, to Kind) string {
	start, end := c.layout.span(n)
	text := excerpt(c.Text[start:end])
	_, literal := n.(*ast.StringNode)
	switch {
	case from != String:
		return ""
	case literal && (to == Number || to == Bool):
		return "drop the quotes"
	case to == Number:
		return "convert it: int(" + text + ")"
	case to == Bool:
		return "compare it: " + text + ` == "true"`
	case to == Array, to == Object:
		return "if it holds JSON, parse it first: fromJSON(" + text + ")"
	}
	return ""
}

// typePhrases are expr-lang's messages in our words; $n is a type or a name.
var typePhrases = sync.OnceValue(func() []rephrasing {
	const parse = "if it is text that holds JSON, parse it first: fromJSON(...)"
	table := [][3]string{
		{`^builtin (\w+) takes only array \(got (.*)\)$`, `"$1" needs a list, this is $2`, parse},
		{`^invalid argument for (\w+) \(type (.*)\)$`, `"$1" does not take $2`, ""},
		{`^cannot (?:uniq|flatten|reverse|concat|sort|transform) (.*)$`, `this is $1, a list is needed`, parse},
		{`^non-bool expression \(type (.*)\) used as condition$`, `the condition is $1, not true or false`, `compare it with "=="`},
		{`^predicate should return boolean \(got (.*)\)$`, `the predicate yields $1, not true or false`, `compare it with "=="`},
		{`^not enough arguments to call (\w+)$`, `"$1" needs more arguments`, ""},
		{`^too many arguments to call (\w+)$`, `"$1" takes fewer arguments`, ""},
		{`^cannot use (.*) as argument \(type (.*)\) to call (\w+) ?$`, `"$3" needs $2 here, this is $1`, ""},
		{`^type (.*) has no (?:field|method) (.*)$`, `$1 has no member "$2"`, ""},
		{`^type (.*)\[.*\] is undefined$`, `$1 cannot be indexed`, parse},
		{`^array elements can only be selected using an integer \(got (.*)\)$`, `a list is indexed by a number, this is $1`, ""},
		{`^cannot use (.*) to get an element from (.*)$`, `$2 is indexed by a string, this is $1`, ""},
		{`^cannot use pointer accessor outside predicate$`, `"#" is only known inside a predicate`, ""},
		{`^cannot redeclare (?:builtin |function |variable )?(.*)$`, `"$1" is already taken`, "choose another name"},
		{`^(.*) is not callable$`, `$1 is not a function`, ""},
	}
	out := make([]rephrasing, len(table))
	for i, row := range table {
		out[i] = rephrasing{regexp.MustCompile(row[0]), row[1], row[2]}
	}
	return out
})

// goTypes are Go's names of types, longest first.
var goTypes = strings.NewReplacer(
	"map[string]interface {}", "an object", "map[string]any", "an object",
	"[]interface {}", "a list", "[]any", "a list", "[]string", "a list", "[]int", "a list",
	"interface {}", "a value", "time.Time", "a time", "time.Duration", "a duration", "*time.Location", "a time zone",
	"float64", "a number", "int64", "a number", "uint8", "a number",
)

// typeWords says a type, or a message with types in it, in our words.
func typeWords(text string) string {
	switch text {
	case "string":
		return "a string"
	case "int", "float":
		return "a number"
	case "bool":
		return "a boolean"
	case "unknown":
		return "a value"
	}
	return goTypes.Replace(text)
}
