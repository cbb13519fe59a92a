package weft

import (
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/pattern"
	"github.com/weft-lang/weft/lang/tree"
)

// wordText is text that the condition language reads as a text without quotes.
var wordText = pattern.New(`^[A-Za-z_][A-Za-z0-9_]*$`)

// rawCond is the text of a condition that is nothing but a text.
func rawCond(c *Cond) *Value {
	if o := loneOperand(c); o != nil && o.Value != nil && o.Value.Literal != "" && isText(o.Value.Literal) {
		return o.Value
	}
	return nil
}

// loneOperand is the operand of a condition without any operator.
func loneOperand(c *Cond) *Operand {
	if len(c.Or) == 1 && len(c.Or[0].And) == 1 {
		if n := c.Or[0].And[0]; !n.Not && n.Right == nil {
			return n.Left
		}
	}
	return nil
}

// unwrapCond takes off one pair of parentheses around the whole: it is there
// so that the condition may run over several lines.
func unwrapCond(c *Cond) *Cond {
	if o := loneOperand(c); o != nil && o.Group != nil {
		return o.Group
	}
	return c
}

func loneDep(d *Deps) *DepsNot {
	if len(d.Or) == 1 && len(d.Or[0].And) == 1 {
		if n := d.Or[0].And[0]; !n.Not {
			return n
		}
	}
	return nil
}

func unwrapDeps(d *Deps) *Deps {
	if n := loneDep(d); n != nil && n.Group != nil {
		return n.Group
	}
	return d
}

// isNone reports whether deps is the word none.
func isNone(d *Deps) bool {
	n := loneDep(d)
	return n != nil && n.Task != nil && n.Task.Literal == "none" && n.Status == nil
}

// condWriter writes a condition as text.
type condWriter struct {
	*lowerer
	out   *textBuilder
	scope *scope
	pos   int // source offset of the last operand, for what stands between operands
}

func (w *condWriter) sign(text string) { w.out.replaced(text, w.pos) }

func (w *condWriter) cond(c *Cond) {
	for i, and := range c.Or {
		if i > 0 {
			w.sign(" || ")
		}
		for j, not := range and.And {
			if j > 0 {
				w.sign(" && ")
			}
			w.compare(not)
		}
	}
}

func (w *condWriter) compare(n *CondNot) {
	w.pos = w.start(n.Left)
	if n.Not {
		w.sign("!")
	}
	if n.Right == nil {
		w.operand(n.Left, false)
		return
	}
	w.checkComparison(n, w.scope)
	quoted := w.needsQuotes(n.Left) || w.needsQuotes(n.Right)
	w.operand(n.Left, quoted)
	w.sign(" " + n.Op + " ")
	w.operand(n.Right, quoted)
}

func (w *condWriter) start(o *Operand) int {
	if o.Group != nil {
		return o.Group.at.Start
	}
	return o.Value.at.Start
}

// needsQuotes reports whether an operand is a text that is no single word, so
// that it and what it is compared with are put in quotes.
func (w *condWriter) needsQuotes(o *Operand) bool {
	if o.Value == nil || o.Value.Literal == "" || literalKind(o.Value.Literal) != tree.String {
		return false
	}
	text := unquote(o.Value.Literal, 0).String()
	return !wordText().MatchString(text) && !isTag(text) || text == "true" || text == "false"
}

// isTag reports whether text is exactly one {{tag}} or one ${ref}.
func isTag(text string) bool {
	if tags, open := expr.Tags(text); open < 0 && len(tags) == 1 && tags[0].Start == 0 && tags[0].End == len(text) {
		return true
	}
	body, ok := strings.CutPrefix(text, "${")
	return ok && strings.IndexByte(body, '}') == len(body)-1
}

func (w *condWriter) operand(o *Operand, quoted bool) {
	w.pos = w.start(o)
	if o.Group != nil {
		w.sign("(")
		w.cond(o.Group)
		w.sign(")")
		return
	}
	known := w.diags.Len()
	n := w.value(o.Value, place{}, w.scope)
	if w.diags.Len() > known {
		w.doubt(o.Value.at) // one mistake, one finding
	}
	text := n.Value
	if !quoted || o.Value.Literal != "" && !isText(o.Value.Literal) && n.Kind != tree.String {
		w.node(n)
		w.pos = o.Value.at.End
		return
	}
	w.sign("'")
	src := origin(n, w.pos)
	done := 0
	tags, _ := expr.Tags(text)
	for _, t := range tags { // whose own quotes are gone when the condition is read
		w.escaped(src, done, t.Start)
		w.out.copy(src, t.Start, t.End)
		done = t.End
	}
	w.escaped(src, done, len(text))
	w.pos = o.Value.at.End
	w.sign("'")
}

// escaped copies the bytes [start, end) of src as the condition language writes
// them between quotes: either quote ends a text, and a backslash keeps it from that.
func (w *condWriter) escaped(src *textBuilder, start, end int) {
	text := src.String()
	for start < end {
		n := strings.IndexAny(text[start:end], "\"'\\")
		if n < 0 {
			n = end - start
		}
		w.out.copy(src, start, start+n)
		if start += n; start < end {
			w.sign("\\")
			w.out.copy(src, start, start+1)
			start++
		}
	}
}

// node copies the text of a lowered value with its origin.
func (w *condWriter) node(n *tree.Node) {
	w.out.copy(origin(n, w.pos), 0, len(n.Value))
}

// origin is the text of n with the way back to its source, or to pos if there is none.
func origin(n *tree.Node, pos int) *textBuilder {
	b := &textBuilder{}
	if len(n.Offsets) == 0 {
		b.replaced(n.Value, pos)
		return b
	}
	b.WriteString(n.Value)
	b.segments = n.Offsets[:len(n.Offsets)-1]
	return b
}

// depsWriter writes a dependency expression as text.
type depsWriter struct {
	*lowerer
	out   *textBuilder
	scope *scope
	pos   int
}

func (w *depsWriter) sign(text string) { w.out.replaced(text, w.pos) }

func (w *depsWriter) deps(d *Deps) {
	w.pos = d.at.Start
	for i, and := range d.Or {
		if i > 0 {
			w.sign(" || ")
		}
		for j, not := range and.And {
			if j > 0 {
				w.sign(" && ")
			}
			w.not(not)
		}
	}
}

func (w *depsWriter) not(n *DepsNot) {
	if n.Not {
		w.sign("!")
	}
	if n.Group != nil {
		w.sign("(")
		w.deps(n.Group)
		w.sign(")")
		return
	}
	if _, ok := w.scope.steps[n.Task.text()]; !ok {
		w.unknownTask(n.Task, w.scope)
	}
	w.name(n.Task)
	if n.Status != nil {
		w.out.replaced(".", w.pos)
		w.status(n.Status)
	}
}

func (w *depsWriter) name(n *Name) {
	b := unquoteName(n)
	w.out.copy(b, 0, b.Len())
	w.pos = n.at.End
}

// taskResults are how a task can end, as dependencies name it.
var taskResults = []string{"Succeeded", "Failed", "Errored", "Skipped", "Omitted", "Daemoned", "AnySucceeded", "AllFailed"}

func (w *depsWriter) status(n *Name) {
	w.name(n)
	for _, r := range taskResults {
		if r == n.text() {
			return
		}
	}
	d := diag.Diagnostic{Rule: RuleUnknownName, Severity: diag.Error, Span: n.at, Message: "a task cannot end as \"" + n.text() + "\"", Help: "it is one of " + strings.Join(taskResults, ", ")}
	if near, ok := nearest(n.text(), taskResults); ok {
		d.Help, d.Fixes = didYouMean(near), fix("write "+near, n.at, near)
	}
	w.diags.Add(d)
	w.doubt(n.at)
}
