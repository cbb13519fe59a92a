package trace

import (
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
)

// follower holds the state of following one object.
type follower struct {
	trace   *Trace
	project *ir.Project
	exact   bool
	// external is Options.External; nil means that nothing is.
	external func(*ir.Object, ir.Kind, string) bool

	run     *Run
	visited map[visit]bool
	// stored are templates that a templateRef has loaded. The reference finds
	// them by their bare name from then on, defined locally or not.
	stored   map[string]*ir.Template
	foreseen map[*ir.Template]bool // see foresee
	// openExports is set once some template exported an artifact under a name
	// only the run knows.
	openExports bool

	odd      map[*ir.Template]bool // templates with a text that is odd
	unclosed map[source.Span]bool  // noted already
}

// visit identifies a body. The reference does not tell inline templates of one
// object apart and looks only at the first; we do so only when exact.
type visit struct {
	base   *ir.Object
	name   string
	inline *ir.Template
}

// holder is what refers to a template.
type holder struct {
	role   Role
	callee ir.Callee
	node   *tree.Node // where a missing template is reported
	call   *ir.Call
	outer  *Use // the body around a call; nil at the top
}

func (h holder) text(n *tree.Node) string {
	if h.outer == nil {
		return n.Text()
	}
	return h.outer.Text(n)
}

func (f *follower) object(o *ir.Object) {
	run := f.newRun(o)
	f.run = run
	f.trace.Runs = append(f.trace.Runs, run)
	base := o
	if ref := o.Spec.Ref; ref != nil {
		switch {
		case o.Kind == ir.ClusterWorkflowTemplate && !ref.Cluster:
			f.miss(ClusterToNamespaced, holder{node: ref.Node}, ref.Name, ref.Name.Text(), ir.WorkflowTemplate, nil)
		case run.Ref == nil:
			f.missResource(holder{node: ref.Node}, ref.Name, ref.Name.Text(), resourceKind(ref.Cluster))
		}
		if run.Ref != nil {
			base = run.Ref
		}
	}
	if !f.exact {
		run.handlers = run.exitHandlers(base)
	}
	if run.TemplateMode {
		f.foreseeAll(base)
	}
	if run.Entrypoint.Text() != "" && (!run.TemplateMode || o.Spec.Entrypoint != nil) {
		f.entry(holder{role: AsEntrypoint, callee: ir.Callee{Name: run.Entrypoint}, node: run.Entrypoint}, base, f.entryArgs())
	}
	f.hooks(o.Spec.Hooks, nil)
	f.foreseeAll(base)
	f.exitHandler(base)
	for _, t := range base.Spec.Templates {
		f.use(&Use{Run: run, Role: AsListed, Template: t, Base: base, Place: t.Node.Place()})
	}
	run.followed = true
}

// entryArgs are the merged arguments; a template has none yet.
func (f *follower) entryArgs() *Args {
	if f.run.TemplateMode {
		return nil
	}
	return realArgs(f.run.Arguments, f.run.Artifacts, f.globalText)
}

func (f *follower) globalText(n *tree.Node) string { return n.Text() }

func (f *follower) exitHandler(base *ir.Object) {
	spec := f.run.Object.Spec
	onExit := spec.OnExit
	if onExit == nil && f.run.Ref != nil {
		onExit = f.run.Ref.Spec.OnExit
	}
	if onExit.Text() == "" {
		return
	}
	if f.exact {
		f.run.failures = true
		f.run.anyArtifact = f.openExports || exportsOpenly(base)
	}
	// The reference looks at the workflow's own arguments only; those of a
	// referenced template do not reach its exit handler there.
	args := realArgs(spec.Arguments.Parameters, spec.Arguments.Artifacts, f.globalText)
	if !f.exact {
		args = f.entryArgs()
	}
	f.entry(holder{role: AsExitHandler, callee: ir.Callee{Name: onExit}, node: onExit}, base, args)
	if f.exact {
		f.run.anyArtifact = false
	}
}

func (f *follower) entry(h holder, base *ir.Object, args *Args) {
	t, in, _ := f.resolve(h, base)
	if t != nil {
		f.use(&Use{Run: f.run, Role: h.role, Template: t, Base: in, Place: h.node.Place(), Args: args})
	}
}

func resourceKind(cluster bool) ir.Kind {
	if cluster {
		return ir.ClusterWorkflowTemplate
	}
	return ir.WorkflowTemplate
}

func (f *follower) miss(fault Fault, h holder, node *tree.Node, name string, kind ir.Kind, base *ir.Object) {
	if node == nil {
		node = h.node
	}
	f.trace.Lookups = append(f.trace.Lookups, Lookup{
		Fault: fault, Run: f.run, Base: base, Node: node, Name: name, Role: h.role, Call: h.call, Kind: kind,
	})
}

func (f *follower) missResource(h holder, node *tree.Node, name string, kind ir.Kind) {
	fault := ResourceNotFound
	if f.external != nil && f.external(f.run.Object, kind, name) {
		fault = External
	}
	f.miss(fault, h, node, name, kind, nil)
}

// resolve finds the template that h means. known is false when that depends on
// values of the run, or when nothing was found (a Lookup then says why).
func (f *follower) resolve(h holder, base *ir.Object) (t *ir.Template, in *ir.Object, known bool) {
	c := h.callee
	name := h.text(c.Name)
	f.chosen(h, base)
	if c.Ref != nil {
		return f.resolveRef(h, base, name)
	}
	local := f.local(base, name)
	switch {
	case name != "" && local == nil && !(h.outer != nil && f.dynamic(name)) && !f.finished(name):
		f.miss(Undefined, h, c.Name, name, 0, base)
	case name == "" && c.Inline == nil:
		f.miss(NoTemplate, h, nil, "", 0, base)
	}
	if c.Inline != nil {
		return c.Inline, base, true
	}
	return local, base, local != nil
}

// dynamic reports whether a name in a step or task is known only when the
// workflow runs. The reference looks such names up all the same, and fails.
func (f *follower) dynamic(name string) bool {
	if f.exact {
		return false
	}
	tags, _ := expr.Tags(name)
	return IsPlaceholder(name) || len(tags) > 0
}

func (f *follower) local(base *ir.Object, name string) *ir.Template {
	if t := base.Spec.Template(name); t != nil {
		return t
	}
	if f.exact && name != "" {
		return f.stored[name]
	}
	return nil
}

// finished reports whether a workflow that has run before has kept a template of
// that name in its status. The reference finds it there, defined or not.
func (f *follower) finished(name string) bool {
	o := f.run.Object
	if !f.exact || o.Kind != ir.Workflow {
		return false
	}
	for _, e := range entries(o.Root.At("status", "storedTemplates")) {
		if e.Value.Get("name").Text() == name {
			return true
		}
	}
	return false
}

func (f *follower) resolveRef(h holder, base *ir.Object, name string) (*ir.Template, *ir.Object, bool) {
	ref := h.callee.Ref
	resource, template := h.text(ref.Name), h.text(ref.Template)
	switch {
	case name != "":
		f.miss(TemplateAndRef, h, h.callee.Name, name, 0, base)
		return nil, nil, false
	case resource == "":
		f.miss(RefWithoutName, h, ref.Node, "", 0, base)
		return nil, nil, false
	case template == "":
		f.miss(RefWithoutTemplate, h, ref.Node, "", 0, base)
		return nil, nil, false
	case hasSimpleTag(resource) || hasSimpleTag(template), f.dynamic(resource):
		return nil, nil, false
	}
	if !ref.Cluster && f.run.Object.Kind == ir.ClusterWorkflowTemplate {
		f.miss(ClusterToNamespaced, h, ref.Name, resource, ir.WorkflowTemplate, base)
		return nil, nil, false
	}
	kind := resourceKind(ref.Cluster)
	in := f.project.Resource(f.run.Object.Namespace.Text(), resource, ref.Cluster)
	if in == nil {
		f.missResource(h, ref.Name, resource, kind)
		return nil, nil, false
	}
	if h.callee.Inline != nil {
		return h.callee.Inline, in, true
	}
	t := in.Spec.Template(template)
	if t == nil {
		if !IsPlaceholder(template) {
			f.miss(TemplateNotFound, h, ref.Template, template, kind, in)
		}
		return nil, nil, false
	}
	f.stored[template] = t
	return t, in, true
}

func hasSimpleTag(text string) bool {
	tags, _ := expr.Tags(text)
	for _, t := range tags {
		if !t.Expr {
			return true
		}
	}
	return false
}

// hooks looks for the resources that hooks refer to; the reference does not.
func (f *follower) hooks(hooks []*ir.Hook, outer *Use) {
	if f.exact {
		return
	}
	for _, h := range hooks {
		ref := h.Callee.Ref
		if ref == nil || h.Callee.Target != nil {
			continue
		}
		at := holder{role: AsCallee, callee: h.Callee, node: h.Event, call: h.Call, outer: outer}
		name := at.text(ref.Name)
		if name == "" || hasSimpleTag(name) || f.dynamic(name) {
			continue
		}
		if f.project.Resource(f.run.Object.Namespace.Text(), name, ref.Cluster) == nil {
			f.missResource(at, ref.Name, name, resourceKind(ref.Cluster))
		}
	}
}

// use notes u, and looks at its body if this is the first use of the template.
func (f *follower) use(u *Use) {
	f.trace.Uses = append(f.trace.Uses, u)
	if u.serial = f.isSerial(u); u.serial {
		f.substitute(u)
	}
	key := visit{base: u.Base, name: u.Template.Name.Text()}
	if u.Template.Call != nil {
		key.name = ""
		if !f.exact {
			key.inline = u.Template
		}
	}
	if f.visited[key] {
		return
	}
	f.visited[key] = true
	if key.inline != nil {
		f.visited[visit{base: u.Base}] = true
	}
	u.First = true
	f.trace.Bodies = append(f.trace.Bodies, u)
	for _, c := range u.Template.Calls() {
		f.hooks(c.Hooks, u)
	}
	switch u.Template.Type() {
	case ir.Steps:
		f.steps(u)
	case ir.DAG:
		f.dag(u)
	case ir.ContainerSet:
		u.Graph = containerGraph(u)
		f.leaf(u)
	default:
		f.leaf(u)
	}
}

func (f *follower) leaf(u *Use) {
	f.scan(u.Template.Node, place{site: InTemplate, use: u}, u.knows)
	if u.serial {
		f.lex(u.Template.Outputs.Node, place{site: InOutputs, use: u}, u.Fill, u.knows)
	}
}

// scan notes every tag below n that knows does not accept.
func (f *follower) scan(n *tree.Node, at place, knows func(string) bool) {
	if at.use.serial {
		f.lex(n, at, at.use.Fill, knows)
		if f.exact {
			return
		}
	}
	f.scanTree(n, at, knows)
}

func (f *follower) scanTree(n *tree.Node, at place, knows func(string) bool) {
	if n == nil || n == at.skip {
		return
	}
	for _, e := range n.Entries {
		f.scanScalar(e.Key, at, knows)
		f.scanTree(e.Value, at, knows)
	}
	for _, it := range n.Items {
		f.scanTree(it, at, knows)
	}
	f.scanScalar(n, at, knows)
}

// place is where scan looks.
type place struct {
	site  Site
	use   *Use
	call  *ir.Call // for InStep and InTask
	group *group   // nil in a leaf
	skip  *tree.Node
}

func (f *follower) scanScalar(n *tree.Node, at place, knows func(string) bool) {
	if n.Kind != tree.String || !strings.Contains(n.Value, "{{") {
		return
	}
	for _, left := range at.use.AfterFilling(n) {
		name := tagName(left.Tag.Body)
		if !knows(name) {
			f.trace.Unresolved = append(f.trace.Unresolved, Unresolved{
				Site: at.site, Use: at.use, Call: at.call, Node: n, Span: left.Span, Name: name, group: at.group,
			})
		}
	}
}
