package weft

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/weft-lang/weft/lang/tree"
)

// declared is the type of a parameter: a name, or "enum" with its values. The
// zero declared is what a parameter without a type has: any text.
type declared struct {
	name string
	enum []string
}

var typeNames = []string{"string", "int", "number", "bool", "json"}

func (d declared) String() string {
	if d.name == "enum" {
		return "one of " + strings.Join(d.enum, ", ")
	}
	return d.name
}

// ordered is the type of what d is larger or smaller than.
func (d declared) ordered() declared {
	if d.name == "int" {
		return declared{name: "number"}
	}
	return d
}

// declared is the type that a parameter declares.
func (p *ParamSpec) declared() declared {
	switch {
	case p.Type == nil:
		return declared{}
	case p.Type.Enum == nil:
		return declared{name: p.Type.Name}
	}
	d := declared{name: "enum"}
	for _, v := range p.Type.Enum {
		d.enum = append(d.enum, unquote(v.Literal, 0).String())
	}
	return d
}

// checkType reports a type that does not exist, and a default that does not fit.
func (l *lowerer) checkType(p *ParamSpec, s *scope) {
	if p.Type.Enum == nil && !slices.Contains(typeNames, p.Type.Name) {
		e := &nameError{rule: RuleUnknownName, message: fmt.Sprintf("there is no type %q", p.Type.Name)}
		if near, ok := synonym(p.Type.Name, typeNames); ok {
			e.near, e.help = near, didYouMean(near)
		} else {
			e.help = `a type is string, int, number, bool, json, or values such as "a" | "b"`
		}
		l.reportName(e, p.Type.at, false)
		return
	}
	if p.Default != nil {
		l.checkValue(p.Default, p.declared(), p.Name.text(), s)
	}
}

// checkValue reports a value, or what it refers to, that is not of the type of
// the parameter it is for.
func (l *lowerer) checkValue(v *Value, want declared, name string, s *scope) {
	if got, ok := misfit(v, want); ok {
		l.errorf(RuleTypeMismatch, v.at, "", "parameter %q is %s, not %s", name, want, got)
		if want.enum != nil {
			l.doubt(v.at)
		}
		return
	}
	if v.Ref == nil || want.name == "" {
		return
	}
	ref, err := s.resolve(v.Ref.texts())
	if err == nil && !assignable(ref.typ, want) {
		l.errorf(RuleTypeMismatch, v.at, "", "parameter %q is %s, not %s", name, want, ref.typ)
	}
}

// misfit describes a literal that is not of type want. What is only known at
// run time always fits.
func misfit(v *Value, want declared) (got string, bad bool) {
	switch {
	case want.name == "" || v.Ref != nil:
		return "", false
	case v.List != nil || v.Map != nil:
		return "a list or map", want.name != "json"
	case v.Literal == "null":
		return "", false
	}
	text := unquote(v.Literal, 0).String()
	if strings.Contains(text, "{{") || v.Literal[0] == '"' && strings.Contains(text, "${") {
		return "", false
	}
	if want.name == "enum" {
		return shorten(firstLine(v.Literal)), !slices.Contains(want.enum, text)
	}
	return shorten(firstLine(v.Literal)), !Fits(text, want.name)
}

// Fits reports whether text is a value of a type of parameters, as a tree.Node
// names it. Whatever is not known until the run fits.
func Fits(text, typ string) bool {
	if strings.Contains(text, "{{") {
		return true
	}
	switch typ {
	case "int":
		return wholeNumber(text)
	case "number":
		return jsonNumber.MatchString(text)
	case "bool":
		return text == "true" || text == "false"
	case "json":
		return json.Valid([]byte(text))
	}
	return true
}

// checkArg checks an argument against the parameter it is for.
func (l *lowerer) checkArg(a *Arg, name string, params []param, s *scope) {
	i := slices.IndexFunc(params, func(p param) bool { return p.name == name })
	if i < 0 {
		return
	}
	l.checkValue(a.Value, params[i].typ, name, s)
}

// assignable reports whether a value of type from may be used as type to.
func assignable(from, to declared) bool {
	switch {
	case from.name == "" || to.name == "" || to.name == "string" || from.name == to.name:
		return from.name != "enum" || to.name != "enum" || !slices.ContainsFunc(from.enum, func(v string) bool { return !slices.Contains(to.enum, v) })
	case to.name == "number":
		return from.name == "int"
	case to.name == "json":
		return from.name == "int" || from.name == "number" || from.name == "bool"
	case from.name == "string":
		return to.name == "enum"
	}
	return false
}

// checkLoop reports a loop over what can be no list.
func (l *lowerer) checkLoop(v *Value, s *scope) {
	if v.Ref == nil {
		if v.Literal != "" && literalKind(v.Literal) != tree.String || v.Map != nil {
			l.errorf(RuleTypeMismatch, v.at, "write for NAME in [VALUE, VALUE], or loop over a parameter or result that holds a JSON list", "a loop needs a list")
			l.doubt(v.at)
		}
		return
	}
	ref, err := s.resolve(v.Ref.texts())
	if err == nil && ref.typ.name != "" && ref.typ.name != "json" {
		l.errorf(RuleTypeMismatch, v.at, "declare it as json", "a loop needs a list, and %q is %s", v.at.Text(), ref.typ)
	}
}

// checkComparison reports operands that can never be equal.
func (l *lowerer) checkComparison(n *CondNot, s *scope) {
	if n.Op == "=~" || n.Op == "!~" {
		return
	}
	left, right := l.operandType(n.Left, s), l.operandType(n.Right, s)
	if strings.ContainsAny(n.Op, "<>") {
		left, right = left.ordered(), right.ordered()
	}
	for _, side := range []struct {
		typ   declared
		other *Operand
		ot    declared
	}{{left, n.Right, right}, {right, n.Left, left}} {
		if side.typ.name == "" || side.other.Value == nil {
			continue
		}
		if got, bad := misfit(side.other.Value, side.typ); bad {
			l.errorf(RuleTypeMismatch, side.other.Value.at, "", "the other side is %s, never %s", side.typ, got)
			l.doubt(side.other.Value.at)
			return
		}
		if side.ot.name != "" && !assignable(side.ot, side.typ) && !assignable(side.typ, side.ot) {
			l.errorf(RuleTypeMismatch, side.other.Value.at, "", "%s is compared with %s", side.typ, side.ot)
			return
		}
	}
}

func (l *lowerer) operandType(o *Operand, s *scope) declared {
	if o.Value == nil || o.Value.Ref == nil {
		return declared{}
	}
	ref, err := s.resolve(o.Value.Ref.texts())
	if err != nil {
		return declared{}
	}
	return ref.typ
}

// jsonValue lowers the value of a parameter. Parameters are text, so a list or
// map becomes its JSON.
func (l *lowerer) jsonValue(v *Value, s *scope) *tree.Node {
	n := l.value(v, place{}, s)
	if n.IsScalar() {
		return n
	}
	return &tree.Node{Kind: tree.String, Value: compactJSON(n), Span: n.Span}
}

// compactJSON is n as JSON on one line.
func compactJSON(n *tree.Node) string {
	var b strings.Builder
	writeJSON(&b, n)
	return b.String()
}

func writeJSON(b *strings.Builder, n *tree.Node) {
	switch n.Kind {
	case tree.Map:
		b.WriteByte('{')
		for i, e := range n.Entries {
			if i > 0 {
				b.WriteByte(',')
			}
			writeJSONText(b, e.Key.Value)
			b.WriteByte(':')
			writeJSON(b, e.Value)
		}
		b.WriteByte('}')
	case tree.List:
		b.WriteByte('[')
		for i, it := range n.Items {
			if i > 0 {
				b.WriteByte(',')
			}
			writeJSON(b, it)
		}
		b.WriteByte(']')
	case tree.String:
		writeJSONText(b, n.Value)
	default:
		b.WriteString(n.Value)
	}
}

func writeJSONText(b *strings.Builder, text string) { b.WriteString(`"` + escape(text) + `"`) }
