package trace

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/weft-lang/weft/compiler/eval"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/pattern"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate/schema"
)

// The reference does not look for tags in one text after the other, but in a
// whole template, step or outputs section written as JSON. There an opening {{
// that nothing closes in its own text runs on to the next }}, and be that the
// end of two JSON objects; a value that it inserts must be spelled alike in
// Go and in JSON; and what it does not know is gone. All this matters only where
// a text or value is odd: uses that have one are lexed a second time, as the
// reference does it.

// UnclosedFault says what becomes of an opening {{ that its text does not close.
type UnclosedFault uint8

// The faults of unclosed tags.
const (
	NoEnd            UnclosedFault = iota + 1 // no }} follows anywhere
	BrokenExpression                          // what is read up to the next }} is no expression
	BrokenName                                // what is read up to the next }} resolves to nothing
)

// Unclosed is an opening {{ that its own text does not close, in a place where
// the reference refuses it.
type Unclosed struct {
	Fault UnclosedFault
	Use   *Use
	Node  *tree.Node
	Span  source.Span // the braces and the name that follows
}

// Unsafe is a value that the reference cannot insert: Go spells one of its
// characters in a way that JSON does not know.
type Unsafe struct {
	Use   *Use
	Span  source.Span // where it is to be inserted
	Value string
}

// isSerial reports whether some text of the use, or some value that may come
// into it, is odd.
func (f *follower) isSerial(u *Use) bool {
	if u.Outer != nil && u.Template.Call != nil && u.Outer.serial {
		return true
	}
	odd, known := f.odd[u.Template]
	if !known {
		odd = anyOdd(u.Template.Node) || f.exact && losesTags(u.Template.Node)
		f.odd[u.Template] = odd
	}
	if odd || u.Run.odd {
		return true
	}
	if u.Args != nil {
		for _, a := range u.Args.parameters {
			if isOdd(a.value) {
				return true
			}
		}
	}
	return false
}

func anyOdd(n *tree.Node) bool {
	if n == nil {
		return false
	}
	for _, e := range n.Entries {
		if isOdd(e.Key.Value) || anyOdd(e.Value) {
			return true
		}
	}
	for _, it := range n.Items {
		if anyOdd(it) {
			return true
		}
	}
	return n.Kind == tree.String && isOdd(n.Value)
}

// losesTags reports whether some tag stands in what the reference drops when it
// decodes a template: below a step it takes fields that it does not know.
func losesTags(template *tree.Node) bool {
	return openings(template) != strings.Count(schema.Emit(template, types[InTemplate]).JSON, "{{")
}

// openings counts the {{ below n.
func openings(n *tree.Node) int {
	if n == nil {
		return 0
	}
	count := 0
	for _, e := range n.Entries {
		count += strings.Count(e.Key.Value, "{{") + openings(e.Value)
	}
	for _, it := range n.Items {
		count += openings(it)
	}
	if n.Kind == tree.String {
		count += strings.Count(n.Value, "{{")
	}
	return count
}

func isOdd(text string) bool { return leavesOpen(text) || !isInsertable(text) }

// leavesOpen reports whether text has an opening {{ that nothing closes, or
// that may be left without its end when another tag inside it is filled.
func leavesOpen(text string) bool {
	if !strings.Contains(text, "{{") {
		return false
	}
	tags, open := expr.Tags(text)
	return open >= 0 || slices.ContainsFunc(tags, func(t expr.Tag) bool { return strings.Contains(t.Body, "{{") })
}

// isInsertable reports whether Go and JSON spell text alike.
func isInsertable(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' && !strings.ContainsRune("\b\t\n\f\r", rune(c)) || c >= 0x7f {
			return json.Valid(strconv.AppendQuote(nil, text))
		}
	}
	return true
}

// substitute does what the reference does before it looks into a template: it
// lexes it as written, then again with the global names filled in, and inserts
// the values.
func (f *follower) substitute(u *Use) {
	written := func(n *tree.Node) eval.Filled { return eval.Unfilled(n.Text()) }
	if u.Outer != nil && u.Template.Call != nil {
		written = u.Outer.Fill
	}
	at := place{site: InTemplate, use: u}
	f.lex(u.Template.Node, at, written, nil)
	f.lex(u.Template.Node, at, func(n *tree.Node) eval.Filled { return written(n).Then(locals{u}) }, nil)
	f.insert(u, u.Template.Node)
}

// insert notes the values that cannot be inserted below n.
func (f *follower) insert(u *Use, n *tree.Node) {
	if n == nil {
		return
	}
	for _, e := range n.Entries {
		f.insert(u, e.Key)
		f.insert(u, e.Value)
	}
	for _, it := range n.Items {
		f.insert(u, it)
	}
	if n.Kind != tree.String {
		return
	}
	for value, at := range u.Fill(n).Inserted() {
		if !isInsertable(value) {
			f.trace.Unsafe = append(f.trace.Unsafe, Unsafe{Use: u, Span: n.Source(at[0], at[1]), Value: value})
		}
	}
}

// types are what the parts are decoded as.
var types = [...]string{InTemplate: "Template", InStep: "WorkflowStep", InTask: "DAGTask", InOutputs: "Outputs"}

// lex notes the openings below n that are refused. knows is nil while values
// are still being inserted: expressions are then evaluated, and names may
// resolve later.
func (f *follower) lex(n *tree.Node, at place, fill func(*tree.Node) eval.Filled, knows func(string) bool) {
	if n == nil {
		return
	}
	s := serialize(n, types[at.site], fill)
	tags, open := expr.Tags(s.JSON)
	if open >= 0 {
		f.noteUnclosed(NoEnd, at.use, s, open)
	}
	for _, t := range tags {
		switch within := s.within(t); {
		case t.Expr && knows == nil && !within:
			f.noteUnclosed(BrokenExpression, at.use, s, t.Start)
		case t.Expr || knows == nil || knows(tagName(t.Body)):
		case !within:
			f.noteUnclosed(BrokenName, at.use, s, t.Start)
		case f.exact:
			_, first := s.At(t.Start)
			_, last := s.At(t.End - 1)
			node, span := s.place(t.Start, last+1-first)
			f.trace.Unresolved = append(f.trace.Unresolved, Unresolved{
				Site: at.site, Use: at.use, Call: at.call, Node: node, Span: span, Name: tagName(t.Body), group: at.group,
			})
		}
	}
	if at.call != nil && at.call.Callee.Ref != nil {
		ref := serialize(at.call.Callee.Ref.Node, "TemplateRef", fill)
		if _, open := expr.Tags(ref.JSON); open >= 0 {
			f.noteUnclosed(NoEnd, at.use, ref, open)
		}
	}
}

// lexTarget is lex for the target of a dag, which is lexed on its own.
func (f *follower) lexTarget(u *Use, target *tree.Node) {
	s := serialize(target, "", u.Fill)
	if _, open := expr.Tags(s.JSON); open >= 0 {
		f.noteUnclosed(NoEnd, u, s, open)
	}
}

// opening is an opening brace pair with what looks like the name behind it.
var opening = pattern.New(`^\{\{=?[ \t]*[-\w.]*(?:[ \t]*\})?`)

// OpeningPlace is the place of the opening {{ at an offset in the text of n,
// with the name that follows it.
func OpeningPlace(n *tree.Node, at int) source.Span {
	return n.Source(at, at+len(opening().FindString(n.Value[at:])))
}

func (f *follower) noteUnclosed(fault UnclosedFault, u *Use, s *serial, start int) {
	copied, off := s.At(start)
	if copied == nil {
		return
	}
	node, span := s.place(start, len(opening().FindString(copied.Value[off:])))
	if !f.unclosed[span] {
		f.unclosed[span] = true
		f.trace.Unclosed = append(f.trace.Unclosed, Unclosed{Fault: fault, Use: u, Node: node, Span: span})
	}
}

// serial is a part of a template written as JSON after filling.
type serial struct {
	*schema.Emission
	texts map[*tree.Node]filledText // by the copy that was emitted
}

type filledText struct {
	node *tree.Node
	eval.Filled
}

func serialize(n *tree.Node, typeName string, fill func(*tree.Node) eval.Filled) *serial {
	s := &serial{texts: map[*tree.Node]filledText{}}
	s.Emission = schema.Emit(s.copy(n, fill), typeName)
	return s
}

// copy is n with every text filled.
func (s *serial) copy(n *tree.Node, fill func(*tree.Node) eval.Filled) *tree.Node {
	if n == nil {
		return nil
	}
	c := *n
	c.Entries, c.Items = nil, nil
	for _, e := range n.Entries {
		c.Entries = append(c.Entries, tree.Entry{Key: s.copy(e.Key, fill), Value: s.copy(e.Value, fill), Merged: e.Merged})
	}
	for _, it := range n.Items {
		c.Items = append(c.Items, s.copy(it, fill))
	}
	if n.Kind == tree.String {
		filled := fill(n)
		c.Value = filled.Text
		s.texts[&c] = filledText{n, filled}
	}
	return &c
}

// within reports whether a tag stands in one text.
func (s *serial) within(t expr.Tag) bool {
	first, _ := s.At(t.Start)
	last, _ := s.At(t.End - 1)
	return first == last
}

// place is where length bytes of text from a place in the JSON on come from.
func (s *serial) place(start, length int) (*tree.Node, source.Span) {
	copied, off := s.At(start)
	t, ok := s.texts[copied]
	if !ok {
		return nil, source.Span{}
	}
	from, to := t.Origin(off, min(off+length, len(t.Text)))
	return t.node, t.node.Source(from, to)
}

// oddGlobals reports whether some global value is odd.
func (r *Run) oddGlobals() bool {
	for _, v := range r.globals {
		if isOdd(v) {
			return true
		}
	}
	return false
}
