// Package pods shows the Pods of runs that nobody has started yet, with the
// ConfigMaps and claims that belong to them, for people to review and for
// clusters to try.
//
// The plan says what runs (compiler/emit/plan), the builder of Pods makes what
// it would make in the run (compiler/pod). The run has the name of its object,
// or its generateName with xxxxx behind it; its UIDs are zeros. What only the
// run can tell is shown as the tag that asks for it, and where a tag cannot
// stand as a stand-in; see scope.go. Every stand-in has a note.
package pods

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/weft-lang/weft/compiler/emit/plan"
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/yaml"
)

// zeroUID is the UID of runs that do not exist.
const zeroUID = "00000000-0000-0000-0000-000000000000"

// Options say how Pods are shown.
type Options struct {
	// Pod is what is known about images and stores; the rest gets stand-ins.
	Pod pod.Options
	// StandIns puts a value in the place of everything that only the run knows,
	// so that a cluster takes the objects.
	StandIns bool
	// FirstTurns shows the first turn of each loop and leaves out the others.
	FirstTurns bool
	// Idle shows the templates, too, that no run comes to, each on its own.
	Idle bool
}

// A Manifest is what one node of a run, or the run itself, makes in a cluster.
type Manifest struct {
	Of       *ir.Object // what is run
	Run      string     // name of the run
	Node     string     // path of the node; "" for what belongs to the whole run
	Template string     // as messages name it
	// Objects are in the order in which they are made. There are none when the
	// node makes no Pod, and Why says why.
	Objects []runtime.Object
	Why     string
	Notes   []string
}

// Render makes the objects of everything in the named file ("" for all) that can
// be run, in the order in which it would run. The findings are faults of Pods
// that cannot be made; these have no objects.
func Render(c *ir.Checked, file string, o Options) ([]Manifest, []diag.Diagnostic) {
	var out []Manifest
	var found diag.List
	reached := map[*ir.Template]bool{}
	for _, p := range plan.Of(c, file) {
		r := newRenderer(p.Object(), o)
		out = append(out, r.claims()...)
		for i, run := range p.Runs {
			leaf := p.Leaf(i)
			reached[leaf.Template] = true
			if leaf.First || !o.FirstTurns {
				out = append(out, r.leaf(run, leaf))
			}
		}
		found.Append(&r.found)
	}
	if !o.Idle {
		return out, found.Sorted()
	}
	for _, object := range c.Project().Objects {
		if object.Spec == nil || file != "" && object.Doc.File.Name != file {
			continue
		}
		r := newRenderer(object, o)
		for t := range object.AllTemplates() {
			if t.Type().IsPod() && !reached[t] {
				out = append(out, r.leaf(plan.Run{}, plan.Leaf{Path: r.run.Name + "." + t.Name.Text(), Template: t, First: true, Known: r.globals.Known, Open: r.globals.Open}))
			}
		}
		found.Append(&r.found)
	}
	return out, found.Sorted()
}

// renderer makes the manifests of one run.
type renderer struct {
	options Options
	object  *ir.Object
	run     pod.Run
	specs   []*ir.Spec // the workflow's, and that of the template it is made from
	globals plan.Leaf  // the names that all of the run sees
	found   diag.List
	// read are the calls whose results somebody reads, by the template around them.
	read map[*ir.Template]map[*ir.Call]bool
}

func newRenderer(object *ir.Object, o Options) *renderer {
	r := &renderer{options: o, object: object, specs: []*ir.Spec{object.Spec}, globals: plan.Globals(object), read: map[*ir.Template]map[*ir.Call]bool{}}
	r.run = pod.Run{
		Name: plan.RunName(object), Namespace: object.Namespace.Text(), UID: zeroUID, OwnerUID: zeroUID, Spec: object.Spec,
	}
	if ref := object.Spec.Ref; ref != nil && ref.Target != nil {
		r.specs = append(r.specs, ref.Target.Spec)
	}
	return r
}

// claims are the PersistentVolumeClaims of the run.
func (r *renderer) claims() []Manifest {
	s := newScope(r, r.globals)
	m := Manifest{Of: r.object, Run: r.run.Name}
	findings := s.settle(func() []diag.Diagnostic {
		claims, findings := pod.Claims(r.run, s)
		m.Objects = nil
		for _, c := range claims {
			m.Objects = append(m.Objects, c)
		}
		return findings
	})
	m.Notes = s.notes()
	r.report(&m, findings)
	if len(m.Objects) == 0 && m.Why == "" {
		return nil
	}
	return []Manifest{m}
}

// leaf is what one use of a leaf template makes.
func (r *renderer) leaf(run plan.Run, leaf plan.Leaf) Manifest {
	m := Manifest{Of: r.object, Run: r.run.Name, Node: leaf.Path, Template: leaf.Template.Describe()}
	if m.Why = pod.Why(leaf.Template); m.Why != "" {
		return m
	}
	m.Notes = circumstances(run)
	s := newScope(r, leaf)
	in := r.input(leaf, s, &m)
	var objects *pod.Objects
	findings := s.settle(func() (findings []diag.Diagnostic) {
		objects, findings = pod.Build(in)
		for r.equip(&in, findings, &m) {
			objects, findings = pod.Build(in)
		}
		return findings
	})
	if objects != nil {
		for _, c := range objects.ConfigMaps {
			m.Objects = append(m.Objects, c)
		}
		m.Objects = append(m.Objects, objects.Pod)
	}
	m.Notes = append(m.Notes, s.notes()...)
	r.report(&m, findings)
	return m
}

// report keeps the faults that are left, and says them in the manifest.
func (r *renderer) report(m *Manifest, findings []diag.Diagnostic) {
	for _, d := range findings {
		if d.Severity != diag.Error {
			continue
		}
		r.found.Add(d)
		if m.Why == "" {
			m.Why = d.Message
		}
	}
}

// circumstances are what a plan knows about a run that its Pod does not show.
func circumstances(run plan.Run) []string {
	var notes []string
	if run.Open != "" {
		notes = append(notes, "once for each item of "+run.Open+", which only the run knows")
	}
	if run.Conditional {
		notes = append(notes, "only if a condition holds that only the run can tell")
	}
	if run.Times > 1 {
		notes = append(notes, "stands for "+strconv.Itoa(run.Times)+" Pods")
	}
	return notes
}

// readsResult reports whether the template around a call reads its result.
func (r *renderer) readsResult(c *ir.Call) bool {
	read, known := r.read[c.Parent]
	if !known {
		read = pod.ReadResults(c.Parent)
		r.read[c.Parent] = read
	}
	return read[c]
}

// input is what the run would hand to the builder.
func (r *renderer) input(leaf plan.Leaf, s *scope, m *Manifest) pod.Input {
	in := pod.Input{
		Run: r.run, Node: pod.Node{Path: leaf.Path}, Template: leaf.Template, Boundary: leaf.Caller, Scope: s,
		WantsResult: leaf.Call != nil && r.readsResult(leaf.Call), KeepOpen: true, Options: r.options.Pod,
		Artifacts: map[string]*tree.Node{},
	}
	in.Options.Entrypoints = maps.Clone(in.Options.Entrypoints)
	for _, a := range leaf.Template.Inputs.Artifacts {
		name := a.Name.Text()
		given := leaf.Artifacts[name]
		switch {
		case pod.Located(given):
			in.Artifacts[name] = given
		case given != nil || !pod.Located(a.Node) && !a.Optional:
			in.Artifacts[name] = r.wherever(given, name, &in, m)
		}
	}
	return in
}

// wherever is a stand-in for the location of an input artifact that only the
// run knows: its key is the tag that names the artifact.
func (r *renderer) wherever(given *tree.Node, name string, in *pod.Input, m *Manifest) *tree.Node {
	key := "{{inputs.artifacts." + name + "}}"
	if from := given.Get("from").Text(); from != "" {
		key = from
	} else if e := given.Get("fromExpression").Text(); e != "" {
		key = "{{=" + e + "}}"
	}
	if at := pod.In(in.Options.Store, key); at != nil {
		return at
	}
	return pod.In(r.anyStore(in, m), key)
}

// anyStore is the stand-in for an artifact store.
func (r *renderer) anyStore(in *pod.Input, m *Manifest) *tree.Node {
	docs, _ := yaml.Parse(source.NewFile("stand-in", "s3: {endpoint: x, bucket: x}"))
	in.Options.Store = docs[0].Root
	m.Notes = append(m.Notes, "no artifact store is known here: s3 bucket x stands for it")
	return in.Options.Store
}

// equip adds stand-ins for what the builder missed in its options, and reports
// whether there are any.
func (r *renderer) equip(in *pod.Input, findings []diag.Diagnostic, m *Manifest) bool {
	missed := func(rule string) bool {
		return slices.ContainsFunc(findings, func(d diag.Diagnostic) bool { return d.Rule == rule })
	}
	equipped := false
	if missed(pod.RuleNoStore) && in.Options.Store == nil {
		r.anyStore(in, m)
		equipped = true
	}
	if !missed(pod.RuleEntrypoint) {
		return equipped
	}
	command := "{{entrypoint}}"
	if r.options.StandIns {
		command = "x"
	}
	if in.Options.Entrypoints == nil {
		in.Options.Entrypoints = map[string]pod.Entrypoint{}
	}
	for _, image := range slices.Sorted(maps.Keys(pod.MissingEntrypoints(*in))) {
		in.Options.Entrypoints[image] = pod.Entrypoint{Command: []string{command}}
		m.Notes = append(m.Notes, fmt.Sprintf("what image %q runs is not known here: %s stands for it, unless images: in weft.yaml says it", image, command))
		equipped = true
	}
	return equipped
}
