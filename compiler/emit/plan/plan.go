// Package plan says what a workflow would run, without running it: every step
// after expansion of loops, how many Pods, how many at once, the longest chain,
// the images, the resources asked for, and what comes near a limit of the
// cluster.
//
// The plan is a run in the mind (walk.go): time stands still but for leaf
// templates, each of which takes one turn. So the widest point and the longest
// chain are those of a run in which every step takes equally long. What depends
// on results of the run (a condition, a loop over a result) is counted apart.
package plan

import (
	"slices"
	"strings"

	"github.com/weft-lang/weft/compiler/eval"
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/tree"
)

// A Plan is what one object would run.
type Plan struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
	File string `json:"file"`

	Pods        int        `json:"pods"`                  // that run for sure, when nothing fails
	Conditional int        `json:"conditional,omitempty"` // that a condition may bring in addition
	PerItem     []PerItem  `json:"perItem,omitempty"`     // of loops that nobody can expand before the run
	Widest      int        `json:"widest"`                // Pods at once, conditional ones and one item of open loops included
	Turns       int        `json:"turns"`                 // length of the longest chain
	Chain       []string   `json:"chain"`                 // the longest chain, by node name
	Images      []Image    `json:"images,omitempty"`
	Requests    []Request  `json:"requests,omitempty"`
	Sizes       []Size     `json:"sizes"`
	Tree        []*Node    `json:"tree"`
	Runs        []Run      `json:"runs"` // every leaf, in the order in which it starts
	Parallelism string     `json:"parallelism,omitempty"`
	Handler     []*Node    `json:"onExit,omitempty"`
	leaves      []Leaf     // of Runs, by index
	object      *ir.Object // what is planned
	entry       *ir.Template
}

// PerItem counts the Pods of each turn of an open loop.
type PerItem struct {
	Loop string `json:"loop"` // node names of the loops, outermost first
	Pods int    `json:"pods"`
}

// Image counts the Pods that use an image.
type Image struct {
	Image string `json:"image"`
	Pods  int    `json:"pods"`
}

// A Request sums up one resource.
type Request struct {
	Resource string `json:"resource"`
	Total    string `json:"total"` // over all Pods
	Peak     string `json:"peak"`  // at once
}

// A Size is something that the cluster limits.
type Size struct {
	What  string `json:"what"`
	Bytes int    `json:"bytes"`
	Limit int    `json:"limit"`
}

// Over reports whether the cluster would refuse it.
func (s Size) Over() bool { return s.Bytes > s.Limit }

// A Node is a step, task or handler with what is below it. Turns of a loop
// share one node, which shows the first of them.
type Node struct {
	Name        string   `json:"name"`
	Template    string   `json:"template"`
	Type        string   `json:"type"`
	Group       int      `json:"group"`             // of a step: which group of its template
	After       []string `json:"after,omitempty"`   // of a task
	Depends     string   `json:"depends,omitempty"` // where the task runs only if something goes wrong
	Items       []string `json:"items,omitempty"`   // of an expanded loop, as node names show them
	Open        string   `json:"open,omitempty"`    // what a loop runs over that is unknown yet
	When        string   `json:"when,omitempty"`
	Never       bool     `json:"never,omitempty"`       // the condition is false already
	Conditional bool     `json:"conditional,omitempty"` // something above or here may keep it from running
	Recursive   bool     `json:"recursive,omitempty"`   // calls a template it is in; not followed
	Unknown     bool     `json:"unknown,omitempty"`     // calls a template that only the run knows
	Retries     string   `json:"retries,omitempty"`
	Pods        int      `json:"pods"` // of all turns, conditional ones included
	Children    []*Node  `json:"children,omitempty"`
}

// A Run is one leaf, or Times alike ones of a loop too long to be told apart.
type Run struct {
	Name        string `json:"name"`
	Template    string `json:"template"`
	Type        string `json:"type"`
	Start       int    `json:"start"` // in turns
	Times       int    `json:"times"`
	Open        string `json:"open,omitempty"`
	Conditional bool   `json:"conditional,omitempty"`

	after int // index of the run that it waits for, -1 for none
}

// A Leaf is one use of a template that calls no other, with what its Pod is made
// from. Of names that only the run knows, Open holds what stands for the value:
// the text that it comes from, tags and all.
type Leaf struct {
	Path        string // of the node, with the first attempt
	Template    *ir.Template
	Caller      *ir.Template // nil where a workflow starts the template
	Call        *ir.Call     // likewise, and for a hook
	First       bool         // in the first turn of all loops around
	Known, Open eval.Names
	Artifacts   map[string]*tree.Node // arguments for input artifacts, by name
}

// Leaf is what runs as p.Runs[i].
func (p *Plan) Leaf(i int) Leaf { return p.leaves[i] }

// Globals are the names that every leaf of a run of the object sees.
func Globals(o *ir.Object) Leaf {
	specs := []*ir.Spec{o.Spec}
	if ref := o.Spec.Ref; ref != nil && ref.Target != nil {
		specs = append(specs, ref.Target.Spec)
	}
	v := globals(o, specs)
	return Leaf{Known: v.known, Open: v.open}
}

// Object is what is planned.
func (p *Plan) Object() *ir.Object { return p.object }

// Images are those of the Pod, each once.
func (l Leaf) Images() []string {
	var out []string
	if !l.Template.Type().IsPod() {
		return nil
	}
	for _, c := range containers(l.Template) {
		if image := eval.Fill(c.Get("image").Text(), l.Known).Text; image != "" && !slices.Contains(out, image) {
			out = append(out, image)
		}
	}
	return out
}

// Of plans every object of the named file ("" for all) that can be run.
// Templates that nobody starts have no plan.
func Of(c *ir.Checked, file string) []*Plan {
	var out []*Plan
	for _, o := range c.Project().Objects {
		if o.Spec == nil || file != "" && o.Doc.File.Name != file {
			continue
		}
		if p := of(o); p != nil {
			out = append(out, p)
		}
	}
	return out
}

func of(o *ir.Object) *Plan {
	p := &Plan{Kind: o.Kind.String(), Name: o.Name.Text() + o.GenerateName.Text(), File: o.Doc.File.Name, object: o}
	spec, specs := o.Spec, []*ir.Spec{o.Spec}
	entry, handler := spec.Entrypoint.Text(), spec.OnExit.Text()
	p.Parallelism = spec.Node.Get("parallelism").Text()
	if ref := spec.Ref; ref != nil && ref.Target != nil {
		spec = ref.Target.Spec
		specs = append(specs, spec)
		entry, handler = or(entry, spec.Entrypoint.Text()), or(handler, spec.OnExit.Text())
		p.Parallelism = or(p.Parallelism, spec.Node.Get("parallelism").Text())
	}
	find := func(name string) *ir.Template {
		if t := o.Spec.Template(name); t != nil {
			return t
		}
		return spec.Template(name)
	}
	if p.entry = find(entry); p.entry == nil {
		return nil
	}
	w := newWalker(p, specs)
	end := w.workflow(p.entry, find(handler), append(slices.Clip(o.Spec.Hooks), refHooks(o)...))
	p.finish(end)
	return p
}

func refHooks(o *ir.Object) []*ir.Hook {
	if o.Spec.Ref == nil || o.Spec.Ref.Target == nil {
		return nil
	}
	return o.Spec.Ref.Target.Spec.Hooks
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// finish sums up the runs. end is where the last of them ends.
func (p *Plan) finish(end moment) {
	perItem := map[string]int{}
	images := map[string]int{}
	width := make([]int, end.time+1)
	for i, r := range p.Runs {
		leaf := p.leaves[i]
		for _, image := range leaf.Images() {
			images[image] += r.Times
		}
		if !leaf.Template.Type().IsPod() {
			continue
		}
		width[r.Start] += r.Times
		switch {
		case r.Open != "":
			perItem[r.Open] += r.Times
		case r.Conditional:
			p.Conditional += r.Times
		default:
			p.Pods += r.Times
		}
	}
	p.Widest = slices.Max(width)
	for loop, pods := range perItem {
		p.PerItem = append(p.PerItem, PerItem{loop, pods})
	}
	slices.SortFunc(p.PerItem, func(a, b PerItem) int { return strings.Compare(a.Loop, b.Loop) })
	for image, pods := range images {
		p.Images = append(p.Images, Image{image, pods})
	}
	slices.SortFunc(p.Images, func(a, b Image) int { return strings.Compare(a.Image, b.Image) })
	for i := end.last; i >= 0; i = p.Runs[i].after {
		p.Chain = append(p.Chain, p.Runs[i].Name)
	}
	slices.Reverse(p.Chain)
	p.Turns = end.time
	p.Requests = p.requests(end.time)
	p.Sizes = p.sizes()
}
