package expr

import (
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/builtin"
)

// Check parses src and reports everything that is certain to be wrong with it
// in env. want is the kind that its place needs, Unknown for any.
func Check(src string, env Env, want Kind) []Error {
	e, fault := ParseExpr(src)
	if fault != nil {
		return []Error{*fault}
	}
	_, errs := e.Check(env, want)
	return errs
}

// Check reports everything that is certain to be wrong with e in env, in
// source order, and returns the kind of its result. want is the kind that its
// place needs, Unknown for any.
func (e *Expr) Check(env Env, want Kind) (Kind, []Error) {
	c := &checker{Expr: e, env: env, scope: &checked{}}
	uses := collect(e)
	c.nilTests = nilTests(e)
	for _, r := range uses.references {
		c.reference(r)
	}
	for _, f := range uses.calls {
		c.call(f)
	}
	kind := c.types(want)
	slices.SortStableFunc(c.errors, func(a, b Error) int { return a.Start - b.Start })
	return kind, c.errors
}

type checker struct {
	*Expr
	env      Env
	scope    *checked        // what e uses of env
	nilTests map[string]bool // paths that e compares with nil
	hyphens  map[int]bool    // starts of runs already reported as subtractions
	errors   []Error
}

func (c *checker) fail(kind ErrorKind, start, end int, message, help string) {
	if start == end { // the name in x['']: show its quotes
		start, end = start-1, end+1
	}
	c.errors = append(c.errors, Error{Kind: kind, Start: start, End: end, Message: message, Help: help})
}

// reference looks r up, and records what it found for the types.
func (c *checker) reference(r Reference) {
	first := r.Path[0]
	t, ok := c.env.member(first.Name)
	if !ok {
		if c.helper(first) {
			return
		}
		c.scope.at(first.Name).open = true
		if !c.env.Open {
			c.unknownName(r)
		}
		return
	}
	at := c.scope.at(first.Name)
	at.kind, at.elem = t.Kind, t.Elem
	optional := t.Optional
	for i, s := range r.Path[1:] {
		if t.Kind == Unknown || t.Kind == Object && t.Members == nil {
			at.open = true
			return
		}
		if t.Kind != Object {
			at.kind, at.open = Unknown, true
			c.noMembers(r, i+1, t)
			return
		}
		next, ok := t.Members.Member(s.Name)
		if !ok {
			at.at(s.Name).open = true
			c.unknownMember(r, i+1, t)
			return
		}
		t, at = next, at.at(s.Name)
		at.kind, at.elem = t.Kind, t.Elem
		optional = optional || t.Optional
	}
	at.open = at.open || r.Open
	if optional && !r.Optional && !c.nilTests[r.Path.String()] {
		c.fail(MaybeNil, r.Start, r.End, quote(r.Path.String())+" may be missing at run time", `give it a default: `+c.Text[r.Start:r.End]+` ?? "..."`)
	}
}

// helper reports whether name is one of the reference's functions, used as a
// value or called; calls are checked elsewhere.
func (c *checker) helper(s Segment) bool {
	_, known := helpers[s.Name]
	if known || s.Name == "sprig" {
		if !c.env.Helpers {
			c.fail(UnknownName, s.Start, s.End, quote(s.Name)+" is not available here", "")
		}
		c.scope.at(s.Name).open = true
		return true
	}
	return false
}

func (c *checker) unknownName(r Reference) {
	s := r.Path[0]
	if c.subtraction(s) {
		return
	}
	help := ""
	if near, ok := c.env.suggest(s.Name); ok {
		help = "did you mean " + quote(near) + "?"
	}
	if h, ok := foreignWords[strings.ToLower(s.Name)]; ok {
		help = h
	}
	if help == "" && s.Start == r.Start && len(r.Path) == 1 {
		help = "text needs quotes"
	}
	c.fail(UnknownName, s.Start, s.End, quote(s.Name)+" is not defined here", help)
}

// foreignWords are words of other languages.
var foreignWords = map[string]string{
	"null": `write "nil"`, "none": `write "nil"`, "undefined": `write "nil"`,
	"true": `write "true" in lower case`, "false": `write "false" in lower case`, "nil": `write "nil" in lower case`,
}

// subtraction reports a name that is unknown because a hyphen cut it off from
// its rest: inputs.parameters.a-b. It reports each such text once.
func (c *checker) subtraction(s Segment) bool {
	cut := s.Start > 0 && c.Text[s.Start-1] == '-' || s.End < len(c.Text) && c.Text[s.End] == '-'
	run := hyphenated(c.Text, s.Start)
	if !cut || run == "" || digit(run[0]) {
		return false
	}
	start, end := hyphenRun(c.Text, s.Start)
	if c.hyphens[start] {
		return true
	}
	if c.hyphens == nil {
		c.hyphens = map[int]bool{}
	}
	c.hyphens[start] = true
	c.fail(Subtraction, start, end, quote(run)+" is read as a subtraction", "names with a hyphen need brackets: "+bracketed(run))
	return true
}

func (c *checker) unknownMember(r Reference, i int, parent Type) {
	s := r.Path[i]
	if c.subtraction(s) {
		return
	}
	owner := r.Path[:i].String()
	help := ""
	if near, ok := Nearest(s.Name, parent.Members.Names()); ok {
		help = "did you mean " + quote(near) + "?"
	}
	kind, message := UnknownName, quote(owner)+" has no member "+quote(s.Name)
	if r.Optional {
		kind = GuardedName
		message += ", so the default is always used"
	}
	c.fail(kind, s.Start, s.End, message, help)
}

func (c *checker) noMembers(r Reference, i int, parent Type) {
	s := r.Path[i]
	owner := r.Path[:i].String()
	help := ""
	if parent.Kind == String {
		help = "if it holds JSON, parse it first: fromJSON(" + owner + ")." + s.Name
	}
	c.fail(UnknownName, s.Start, s.End, quote(owner)+" is "+parent.Kind.String()+" and has no member "+quote(s.Name), help)
}

// call checks that a function exists.
func (c *checker) call(f Call) {
	if f.Builtin {
		return
	}
	if name, ok := strings.CutPrefix(f.Name, "sprig."); ok {
		c.sprig(f, name)
		return
	}
	if _, ok := helpers[f.Name]; ok {
		if !c.env.Helpers {
			c.fail(UnknownName, f.Start, f.End, "the function "+quote(f.Name)+" is not available here", insteadOf[f.Name])
		}
		c.scope.at(f.Name).function = helpers[f.Name]
		return
	}
	if strings.Contains(f.Name, ".") {
		return // a method: expr-lang's checker knows the type it belongs to
	}
	if t, ok := c.env.member(f.Name); ok && (t.Kind == Function || t.Kind == Unknown) {
		return
	}
	help, ok := foreignFunctions[f.Name]
	if near, found := Nearest(f.Name, functionNames()); found && !ok {
		help = "did you mean " + quote(near) + "?"
	} else if _, inSprig := sprigFunctions()[f.Name]; inSprig && c.env.Helpers && !ok {
		help = "did you mean " + quote("sprig."+f.Name) + "?"
	} else if near, found := Nearest(f.Name, sortedKeys(foreignFunctions)); found && !ok {
		help = foreignFunctions[near]
	}
	c.scope.at(f.Name).open = true
	c.fail(UnknownName, f.Start, f.End, "there is no function "+quote(f.Name), help)
}

// insteadOf are builtins that do the work of a helper.
var insteadOf = map[string]string{
	"asInt": `use "int"`, "asFloat": `use "float"`, "toJson": `use "toJSON"`, "jsonpath": `use "fromJSON" and members`,
}

// foreignFunctions are functions of other languages.
var foreignFunctions = map[string]string{
	"length": `use "len"`, "size": `use "len"`, "str": `use "string"`, "toString": `use "string"`,
	"parseInt": `use "int"`, "parseJson": `use "fromJSON"`, "fromJson": `use "fromJSON"`,
	"default": `use "??"`, "coalesce": `use "??"`, "format": `join text with "+"`, "concatenate": `use "concat"`,
	"equals": `use "=="`, "eq": `use "=="`, "substring": "use a slice: text[from:to]",
}

func (c *checker) sprig(f Call, name string) {
	if !c.env.Helpers {
		c.fail(UnknownName, f.Start, f.End, `"sprig" is not available here`, "")
		return
	}
	fn, ok := sprigFunctions()[name]
	if ok {
		c.scope.at("sprig").at(name).function = fn
		return
	}
	c.scope.at("sprig").at(name).open = true
	help := ""
	if near, found := Nearest(name, sprigNames()); found {
		help = "did you mean " + quote("sprig."+near) + "?"
	} else if _, isBuiltin := builtin.Index[name]; isBuiltin {
		help = "use the builtin " + quote(name)
	}
	message := "sprig has no function " + quote(name)
	if name == "env" || name == "expandenv" {
		message, help = quote(f.Name)+" is not available: expressions cannot read the environment", ""
	}
	c.fail(UnknownName, f.Start, f.End, message, help)
}

// nilTests are the paths that e compares with nil, and so handles itself.
func nilTests(e *Expr) map[string]bool {
	tests := map[string]bool{}
	var visit func(n ast.Node)
	visit = func(n ast.Node) {
		if b, ok := n.(*ast.BinaryNode); ok && (b.Operator == "==" || b.Operator == "!=") {
			for operand, other := range map[ast.Node]ast.Node{b.Left: b.Right, b.Right: b.Left} {
				var u usage
				if u.flatten(operand); u.root != nil {
					if _, isNil := other.(*ast.NilNode); isNil {
						tests[u.path.String()] = true
					}
				}
			}
		}
		for _, child := range children(n) {
			visit(child)
		}
	}
	visit(e.root)
	return tests
}
