// Package trace follows every use of every template of a project in the order
// in which the reference validates them, and notes what each use sees: which
// names are in scope with which values, which references lead nowhere, which
// tags nothing can resolve. Rules read these notes; trace itself judges nothing.
//
// A template is used with real arguments (the entrypoint with those of the
// workflow, a step's callee with the step's) or with stand-ins: every input is
// then a placeholder text of unknown value. A template's body is looked at once
// per object it belongs to, on its first use.
package trace

import (
	"iter"
	"strings"
	"sync"

	"github.com/weft-lang/weft/compiler/eval"
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/parallel"
	"github.com/weft-lang/weft/lang/pattern"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
)

// Placeholder starts every stand-in for a value that is not known before the
// run. It is the text the reference uses, because some of its checks see it.
const Placeholder = "__argo__internal__placeholder-"

// IsPlaceholder reports whether text depends on a value not known before the run.
func IsPlaceholder(text string) bool { return strings.Contains(text, Placeholder) }

// placeholders are whole stand-ins.
var placeholders = pattern.New(Placeholder + `(pod|config|g?[0-9]+)`)

// Mask replaces every stand-in in text.
func Mask(text, by string) string {
	if !IsPlaceholder(text) {
		return text
	}
	return placeholders().ReplaceAllString(text, by)
}

// Options of a trace.
type Options struct {
	// Exact reproduces the reference's verdicts where they are known to be too
	// strict or too lenient (docs/compatibility.md).
	Exact bool
	// External reports whether a resource that was not read is known to live
	// elsewhere, so that an object may refer to it.
	External func(from *ir.Object, kind ir.Kind, name string) bool
}

// A Trace is what following one project found.
type Trace struct {
	Project    *ir.Project
	Runs       []*Run
	Uses       []*Use // every use, bodies and mere calls
	Bodies     []*Use // the uses whose body was looked at
	Calls      []*CallUse
	Lookups    []Lookup
	Unresolved []Unresolved
	Unclosed   []Unclosed
	Unsafe     []Unsafe
}

// A Run is one object under validation.
type Run struct {
	Object *ir.Object
	Ref    *ir.Object // the target of workflowTemplateRef
	// TemplateMode is on for WorkflowTemplates and ClusterWorkflowTemplates:
	// their arguments and labels come later.
	TemplateMode bool
	// AllowEmpty is off for a CronWorkflow: nobody supplies values later.
	AllowEmpty bool
	Entrypoint *tree.Node // own or of Ref; nil when there is none
	Arguments  []*ir.Parameter
	Artifacts  []*ir.Artifact

	globals  map[string]string
	vars     func() map[string]string // of globals, for expressions
	podVars  func() map[string]string // the same in a template that runs as a Pod
	exact    bool                     // Options.Exact
	produced map[string]bool          // workflow.outputs.* seen so far
	failures bool                     // workflow.failures is in scope
	handlers map[*ir.Template]bool    // the templates in which it is, unless exact
	odd      bool                     // some global value is odd, see serial.go

	// Every exported name is accepted, since some are known only to the run.
	anyParameter, anyArtifact bool

	followed bool     // rules, many at a time, may be asking
	late     sync.Map // eval.Filled by filledScalar: what is filled from then on
	names    sync.Map // []string by *group or *Use: what InScope yields
}

// Role says why a template is used.
type Role uint8

// The roles of a use.
const (
	AsListed Role = iota // spec.templates, looked at on its own
	AsEntrypoint
	AsExitHandler
	AsCallee
)

// A Use is one template with one set of arguments.
type Use struct {
	Run      *Run
	Role     Role
	Template *ir.Template
	Base     *ir.Object // whose templates the body calls by name
	Place    source.Span
	Call     *ir.Call // for AsCallee
	Outer    *Use     // the body that holds Call
	Args     *Args    // nil: stand-ins for every input
	First    bool     // the body was looked at on this use
	Graph    *Graph   // of a body that is a DAG or a container set

	serial bool // its texts must be lexed as JSON, see serial.go
	// around knows the names of the step or task around an inline body that
	// count in it; nil when none do.
	around func(name string) bool
	// filled remembers Fill: dozens of rules ask for the same scalars. It does not
	// change once the run is followed.
	filled map[*tree.Node]eval.Filled
}

// filledScalar is a scalar in the eyes of a use.
type filledScalar struct {
	use  *Use
	node *tree.Node
}

// Args are real arguments.
type Args struct {
	parameters map[string]arg
	artifacts  map[string]bool
}

type arg struct {
	value     string
	hasValue  bool
	configMap bool // valueFrom.configMapKeyRef
}

// A CallUse is one step or task as its body sees it.
type CallUse struct {
	Body   *Use // whose body holds the call
	Call   *ir.Call
	Name   string       // after filling
	Target *ir.Template // nil when it cannot be known or leads nowhere
	Real   *Use         // the callee with the call's arguments; nil without Target
}

// Fault says how a look-up failed.
type Fault uint8

// The faults of look-ups.
const (
	NoTemplate Fault = iota + 1
	Undefined
	TemplateAndRef
	RefWithoutName
	RefWithoutTemplate
	ResourceNotFound
	TemplateNotFound
	ClusterToNamespaced
	External // not read, and known to live elsewhere
)

// A Lookup is a reference that leads nowhere.
type Lookup struct {
	Fault Fault
	Run   *Run
	Base  *ir.Object // where it was looked for; nil for resources
	Node  *tree.Node // the name that leads nowhere, else the holder
	Name  string     // after filling
	Role  Role
	Call  *ir.Call
	Kind  ir.Kind // of the resource looked for
}

// Site says in which part a tag stands.
type Site uint8

// The sites of tags.
const (
	InTemplate Site = iota
	InStep
	InTask
	InOutputs
	InTarget
)

// Unresolved is a tag that names nothing in scope.
type Unresolved struct {
	Site Site
	Use  *Use
	Call *ir.Call
	Node *tree.Node
	Span source.Span // the tag, or the tag that brought it in
	Name string

	group *group
}

// InScope yields the names that would have resolved in the tag's place, in a
// fixed order: what a suggestion can choose from.
func (u Unresolved) InScope() iter.Seq[string] {
	return func(yield func(string) bool) {
		if u.Call != nil {
			for key := range itemKeys(u.Call) {
				if !yield("item." + key) {
					return
				}
			}
		}
		for _, names := range [][]string{u.Use.Run.once(u.group, u.group.names), u.Use.Run.once(u.Use, u.Use.names)} {
			for _, n := range names {
				if !u.comesLater(n) && !yield(n) {
					return
				}
			}
		}
	}
}

// comesLater reports whether a name is one of a step that has not ended by then.
func (u Unresolved) comesLater(name string) bool {
	rest, ok := strings.CutPrefix(name, "steps.")
	if !ok || u.group == nil || u.Call == nil {
		return false
	}
	id, _, _ := strings.Cut(rest, ".")
	m := u.group.members[id]
	return m != nil && m.call.Group >= u.Call.Group
}

// once returns what find has returned for a key before, or does now.
func (r *Run) once(key any, find func() []string) []string {
	if names, ok := r.names.Load(key); ok {
		return names.([]string)
	}
	names := find()
	r.names.Store(key, names)
	return names
}

// Follow traces every object of p that holds a spec. skip leaves objects out:
// the reference does not look at what it could not read.
func Follow(p *ir.Project, opts Options, skip func(*ir.Object) bool) *Trace {
	traces := make([]*Trace, len(p.Objects))
	parallel.Each(len(p.Objects), func(i int) {
		o := p.Objects[i]
		if o.Spec == nil || skip != nil && skip(o) {
			return
		}
		traces[i] = &Trace{}
		f := &follower{trace: traces[i], project: p, exact: opts.Exact, external: opts.External, visited: map[visit]bool{}, stored: map[string]*ir.Template{},
			odd: map[*ir.Template]bool{}, foreseen: map[*ir.Template]bool{}, unclosed: map[source.Span]bool{}}
		f.object(o)
	})
	return join(p, traces)
}

// join makes one trace of those of the objects, of which some may be nil.
func join(p *ir.Project, traces []*Trace) *Trace {
	t := &Trace{Project: p}
	for _, o := range traces {
		if o == nil {
			continue
		}
		t.Runs = append(t.Runs, o.Runs...)
		t.Uses = append(t.Uses, o.Uses...)
		t.Bodies = append(t.Bodies, o.Bodies...)
		t.Calls = append(t.Calls, o.Calls...)
		t.Lookups = append(t.Lookups, o.Lookups...)
		t.Unresolved = append(t.Unresolved, o.Unresolved...)
		t.Unclosed = append(t.Unclosed, o.Unclosed...)
		t.Unsafe = append(t.Unsafe, o.Unsafe...)
	}
	return t
}

// Fill gives the text of a scalar of the template as this use sees it.
func (u *Use) Fill(n *tree.Node) eval.Filled {
	if n == nil {
		return eval.Filled{}
	}
	text := n.Text()
	if !strings.Contains(text, "{{") {
		return eval.Unfilled(text)
	}
	if f, ok := u.filled[n]; ok {
		return f
	}
	if u.Run.followed {
		if f, ok := u.Run.late.Load(filledScalar{u, n}); ok {
			return f.(eval.Filled)
		}
	}
	var f eval.Filled
	if u.Outer != nil && u.Template.Call != nil { // an inline body is part of the outer template's text
		f = u.Outer.Fill(n).Then(locals{u}).Then(all{u})
	} else {
		f = eval.FillTwice(text, locals{u}, all{u})
	}
	if u.Run.followed {
		u.Run.late.Store(filledScalar{u, n}, f)
		return f
	}
	if u.filled == nil {
		u.filled = map[*tree.Node]eval.Filled{}
	}
	u.filled[n] = f
	return f
}

// Text is Fill(n).Text.
func (u *Use) Text(n *tree.Node) string { return u.Fill(n).Text }

// Missing are the inputs that have no value in this use.
func (u *Use) Missing() (parameters []*ir.Parameter, artifacts []*ir.Artifact) {
	if u.Args == nil {
		return nil, nil
	}
	for _, p := range u.Template.Inputs.Parameters {
		if _, ok := u.input(p); !ok {
			parameters = append(parameters, p)
		}
	}
	for _, a := range u.Template.Inputs.Artifacts {
		if !u.Args.artifacts[a.Name.Text()] && !a.Optional && !HasLocation(a.Node) {
			artifacts = append(artifacts, a)
		}
	}
	return parameters, artifacts
}

// Argument is the real argument of that name after filling.
func (u *Use) Argument(name string) (value string, ok bool) {
	if u.Args == nil {
		return "", false
	}
	a, ok := u.Args.parameters[name]
	return a.value, ok && a.hasValue
}

// AfterFilling yields the simple tags that filling leaves in n, each with its
// place in the source.
func (u *Use) AfterFilling(n *tree.Node) []Left {
	if n == nil || !strings.Contains(n.Text(), "{{") {
		return nil
	}
	f := u.Fill(n)
	tags, _ := expr.Tags(f.Text)
	var out []Left
	for _, t := range tags {
		if t.Expr {
			continue
		}
		s, e := f.Origin(t.Start, t.End)
		out = append(out, Left{Tag: t, Span: n.Source(s, e)})
	}
	return out
}

// Left is a tag that filling left in place.
type Left struct {
	Tag  expr.Tag
	Span source.Span
}
