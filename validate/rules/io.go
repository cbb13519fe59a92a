package rules

import (
	"iter"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

// An ioList is one list of parameters and artifacts, with the eyes through
// which the reference looks at it.
type ioList struct {
	ir.IO
	use  *trace.Use              // whose inputs, outputs or calls these are; nil for a workflow's arguments
	text func(*tree.Node) string // the text of a scalar: inputs are judged as written, all else after filling
	// later says that values may still come when the workflow is submitted.
	later bool
	// passed says that these are the arguments of a step or task.
	passed bool
}

// argumentLists are the arguments of workflows and of calls. Those of hooks
// are not among them: the reference does not look at them.
func argumentLists(p *validate.Pass) iter.Seq[ioList] {
	return func(yield func(ioList) bool) {
		for _, r := range p.Trace.Runs {
			io := ir.IO{Node: r.Object.Spec.Arguments.Node, Parameters: r.Arguments, Artifacts: r.Artifacts}
			if !yield(ioList{IO: io, text: (*tree.Node).Text, later: r.AllowEmpty}) {
				return
			}
		}
		for _, c := range p.Trace.Calls {
			if !yield(ioList{IO: c.Call.Arguments, use: c.Body, text: c.Body.Text, passed: true}) {
				return
			}
		}
	}
}

// inputLists are the inputs of every template that is used, each once.
func inputLists(p *validate.Pass) iter.Seq[ioList] {
	return func(yield func(ioList) bool) {
		seen := map[*ir.Template]bool{}
		for _, u := range p.Trace.Uses {
			if seen[u.Template] {
				continue
			}
			seen[u.Template] = true
			if !yield(ioList{IO: u.Template.Inputs, use: u, text: asDeclared(u)}) {
				return
			}
		}
	}
}

// asDeclared gives texts of a template as they are before it is used: as
// written, but in an inline template the outer one has filled them.
func asDeclared(u *trace.Use) func(*tree.Node) string {
	if u.Outer != nil && u.Template.Call != nil {
		return u.Outer.Text
	}
	return (*tree.Node).Text
}

// outputLists are the outputs of every template whose body is looked at.
func outputLists(p *validate.Pass) iter.Seq[ioList] {
	return func(yield func(ioList) bool) {
		for _, u := range p.Trace.Bodies {
			if !yield(ioList{IO: u.Template.Outputs, use: u, text: u.Text}) {
				return
			}
		}
	}
}

// valued is the part of an argument list whose values are judged. Where values
// may come later, the reference goes no further than the first parameter that
// has an enum and no value.
func (l ioList) valued(exact bool) ir.IO {
	if exact && l.later {
		for i, a := range l.Parameters {
			if len(a.Enum.List()) > 0 && a.Value == nil {
				return ir.IO{Node: l.Node, Parameters: l.Parameters[:i+1]}
			}
		}
	}
	return l.IO
}

// The kinds of a named.
const (
	parameter = "parameter"
	artifact  = "artifact"
)

// A named is a parameter or an artifact.
type named struct {
	kind string
	node *tree.Node
	name *tree.Node
}

// namedLists are all lists of parameters or of artifacts: names are unique
// within each.
func namedLists(p *validate.Pass) iter.Seq2[ioList, []named] {
	return func(yield func(ioList, []named) bool) {
		for _, lists := range []iter.Seq[ioList]{argumentLists(p), inputLists(p), outputLists(p)} {
			for l := range lists {
				for _, kind := range []string{parameter, artifact} {
					if !yield(l, namedIn(l.IO, kind)) {
						return
					}
				}
			}
		}
	}
}

// firstPlace is the place of the first node that stands in the source; of a
// parameter or artifact as a whole it is the first key.
func firstPlace(nodes ...*tree.Node) source.Span {
	for _, n := range nodes {
		if n != nil {
			return headPlace(n)
		}
	}
	return source.Span{}
}

// ioName is the grammar of parameter and artifact names.
var ioName = pattern(`^[-a-zA-Z0-9_]+$`)

const ioNameHelp = `such names hold only letters, digits, "-" and "_"`

// mendedIOName is the valid name nearest to name, "" when too little is left.
func mendedIOName(name string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		if r == '_' || isAlphanumeric(r) {
			return r
		}
		return '-'
	}, name), "-")
}

// shown is a filled text as a person may see it: a stand-in for a value that
// is not known says nothing to anybody.
func shown(n *tree.Node, text string) string {
	if trace.IsPlaceholder(text) {
		return n.Text()
	}
	return text
}
