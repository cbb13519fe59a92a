// Package schema checks the structure of manifests: fields, types, values.
//
// It walks a document tree beside a table of the API's types, which is
// generated from schemas/internal/api, and gives the verdict that the
// reference's decoder gives, with a place and a way out for each finding. What
// the reference lets pass although it is broken goes under rules of its own.
//
// The reference decodes twice: leniently (keys in any case, unknown ones
// dropped, wrong types fatal), then strictly (unknown keys refused). Below a
// step its second pass is lenient, too, but the keys of the step itself are
// checked even by the first.
package schema

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
)

// The rules that Check and CheckMetadataOnly report under.
const (
	UnknownField            = "unknown-field"
	UnknownStepField        = "unknown-step-field"
	UnknownFieldUnderSteps  = "unknown-field-under-steps"
	WrongType               = "wrong-type"
	TypedFieldTemplate      = "typed-field-template"
	QuantityInvalid         = "quantity-invalid"
	PluginKeyCount          = "plugin-key-count"
	NonScalarParameterValue = "non-scalar-parameter-value"
	NullListEntry           = "null-list-entry"
	CrdOnlyConstraint       = "crd-only-constraint"
	ForeignMetadataClash    = "foreign-kind-metadata-clash"
)

// Finding is a diagnostic without severity: that is for the caller to decide.
type Finding struct {
	Rule    string
	Span    source.Span
	Message string
	Help    string
	Related []diag.Related
	Fixes   []diag.Fix
}

// Options of Check.
type Options struct {
	// Templates accepts text with {{...}} where a number, boolean or quantity
	// is wanted, as weft does when it runs a workflow itself.
	Templates bool
}

// Check walks a document as the given kind and reports what is wrong with it.
// A kind that weft does not know has nothing to check.
func Check(doc *tree.Node, kind string, opts Options, report func(Finding)) {
	id, ok := typeNamed(kind)
	if !ok || doc == nil || doc.Kind != tree.Map {
		return
	}
	w := walker{opts: opts, report: report}
	w.object(doc, id, place{name: kind})
}

// CheckMetadataOnly reports where a document of a kind that is not linted
// makes the reference give up: it decodes the top level of every document as
// if that were metadata.
func CheckMetadataOnly(doc *tree.Node, report func(Finding)) {
	if doc == nil || doc.Kind != tree.Map {
		return
	}
	w := walker{lenient: 1, report: func(f Finding) {
		if f.Rule != WrongType && f.Rule != TypedFieldTemplate {
			return
		}
		f.Rule = ForeignMetadataClash
		f.Message += ", or Argo's linter gives up on the whole run"
		f.Help = "keep files of other kinds out of what Argo's linter is given"
		f.Fixes = nil
		report(f)
	}}
	w.object(doc, typeMetaObjectMeta, place{name: "document"})
}

// walker is one walk over one document.
type walker struct {
	opts     Options
	report   func(Finding)
	lenient  int     // > 0 below a step
	unlinted int     // > 0 where only the CRD checks values
	above    []frame // the objects around the one at hand, outermost first
	lacking  lacking
}

// lacking are the fields that a node of a type does not have.
type lacking struct {
	node   *tree.Node
	object *object
	names  []string
}

// frame is an object on the way from the root.
type frame struct {
	typ  typeID
	node *tree.Node
	at   place
}

// place is where a value stands: what to call it, and the key to point at.
type place struct {
	name string     // of the field; of the kind for the root
	key  *tree.Node // nil for the root
	item bool       // an entry of the field, which is a list
}

// String names the place in a message.
func (p place) String() string {
	switch {
	case p.key == nil:
		return "a " + p.name
	case p.item:
		return fmt.Sprintf("an entry of %q", p.name)
	}
	return fmt.Sprintf("%q", p.name)
}

func (w *walker) object(n *tree.Node, id typeID, at place) {
	if n.IsNull() {
		return
	}
	if n.Kind != tree.Map {
		w.wrongType(n, at, "a map", "")
		return
	}
	o := id.object()
	w.above = append(w.above, frame{id, n, at})
	for i := range n.Entries {
		e := &n.Entries[i]
		f := o.field(e.Key.Value)
		if f == nil {
			if f = w.unknown(e, o); f == nil {
				continue
			}
		}
		w.value(e.Value, f, e.Key)
	}
	w.above = w.above[:len(w.above)-1]
	w.crdObject(n, id, at)
}

// value checks the value of a field.
func (w *walker) value(n *tree.Node, f *field, key *tree.Node) {
	if n.IsNull() {
		return
	}
	at := place{name: f.name, key: key}
	w.crdField(n, f, at)
	if f.flags&crdContext != 0 {
		w.unlinted++
		defer func() { w.unlinted-- }()
	}
	switch f.shape {
	case list:
		w.list(n, f, at)
	case dict:
		if n.Kind != tree.Map {
			w.wrongType(n, at, "a map", "")
			return
		}
		for _, e := range n.Entries {
			w.single(e.Value, f.typ, place{name: e.Key.Value, key: e.Key})
		}
	default:
		w.single(n, f.typ, at)
	}
}

func (w *walker) list(n *tree.Node, f *field, at place) {
	if n.Kind != tree.List {
		w.notAList(n, at)
		return
	}
	at.item = true
	for _, item := range n.Items {
		if item.IsNull() && f.typ != typeItem && f.typ != typeAmount {
			w.nullEntry(item, f)
			continue
		}
		w.single(item, f.typ, at)
	}
}

func (w *walker) single(n *tree.Node, id typeID, at place) {
	switch {
	case id >= firstObject:
		w.object(n, id, at)
	case id == typeParallelSteps:
		w.steps(n, at)
	default:
		w.scalar(n, id, at)
	}
}

// steps checks one group of steps.
func (w *walker) steps(group *tree.Node, at place) {
	if group.Kind == tree.Map {
		w.report(Finding{
			Rule: WrongType, Span: Head(group),
			Message: `"steps" must be a list of lists, and this is a step without a group`,
			Help:    `begin a group with another dash: "- - name: ..."; further steps of the group with one`,
		})
		return
	}
	if group.Kind != tree.List {
		w.wrongType(group, at, "a list of steps", "")
		return
	}
	for _, step := range group.Items {
		switch {
		case step.IsNull():
			w.report(Finding{
				Rule: NullListEntry, Span: step.Place(),
				Message: "this step is empty", Help: "remove the dash",
			})
		case step.Kind != tree.Map:
			w.wrongType(step, at, "a map", "")
		default:
			w.step(step)
		}
	}
}

func (w *walker) step(n *tree.Node) {
	o, at := typeWorkflowStep.object(), place{name: "step"}
	w.above = append(w.above, frame{typeWorkflowStep, n, at})
	for i := range n.Entries {
		e := &n.Entries[i]
		f := o.field(e.Key.Value)
		if f == nil {
			w.unknownStepField(e, o)
			continue
		}
		w.lenient++
		w.value(e.Value, f, e.Key)
		w.lenient--
	}
	w.above = w.above[:len(w.above)-1]
	w.crdObject(n, typeWorkflowStep, at)
}

func (w *walker) nullEntry(n *tree.Node, f *field) {
	finding := Finding{
		Rule: NullListEntry, Span: n.Place(),
		Message: fmt.Sprintf("an entry of %q is empty", f.name),
		Help:    "remove the dash",
	}
	if f.typ == typeString || f.typ == typeAnyString {
		finding.Message += " and becomes the empty text"
		finding.Help = `remove the dash, or write ""`
	}
	w.report(finding)
}

// Head is the place of the beginning of a value: the whole of a scalar, the
// first key of a map, the first entry of a list.
func Head(n *tree.Node) source.Span {
	if !n.Alias.IsZero() {
		return n.Alias
	}
	switch {
	case n.Flow:
	case n.Kind == tree.Map && len(n.Entries) > 0:
		return n.Entries[0].Key.Span
	case n.Kind == tree.List && len(n.Items) > 0:
		return Head(n.Items[0])
	}
	return firstLine(n.Place())
}

// firstLine cuts a span at the end of its first line.
func firstLine(s source.Span) source.Span {
	if i := strings.IndexAny(s.Text(), "\r\n"); i > 0 {
		s.End = s.Start + i
	}
	return s
}
