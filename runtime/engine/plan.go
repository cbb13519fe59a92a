package engine

import (
	"slices"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/tree"
)

// A plan is what the engine has to know of a template. It is made once and
// shared by all calls.
type plan struct {
	t    *ir.Template
	name string
	typ  NodeType
	home *ir.Spec // where the names of templates in it are looked up

	inputs    []input
	artifacts []inputArtifact
	results   []result // output parameters
	products  []product
	captures  []string // of an inline template: names of the template around it that it uses

	calls  []*call
	groups [][]*call // of Steps
	byName map[string]int
	target text // of a DAG: "" is every task that nobody depends on
	routes map[string]*route

	retry       *retryPlan
	memo        *memoPlan
	locks       []lockPlan
	members     []member
	parallelism text
	timeout     text
	pending     text // pendingTimeout
	duration    text // of a suspend
	display     text
	progress    string // that a Pod begins with: 0/100
	failFast    bool
	patient     bool // failFast of the dag is false
	daemon      bool
	record      bool // a Pod that ends well without a record has lost something
}

// input is an input parameter.
type input struct {
	name      string
	value     text
	has       bool // value counts
	configMap *configMapKey
	json      *ir.Parameter
}

// configMapKey is where a value is to be fetched.
type configMapKey struct {
	name, key text
	fallback  *text
}

// inputArtifact is an input artifact.
type inputArtifact struct {
	name     string
	optional bool
	located  bool // the template itself says where it is
}

// result is an output parameter.
type result struct {
	name       string
	global     text
	parameter  text        // valueFrom.parameter
	expression *expression // valueFrom.expression
	fallback   *text
	supplied   bool
	borrows    bool // fallback is an input, which may list values to choose from
}

// product is an output artifact.
type product struct {
	name       string
	global     text
	from       text
	expression *expression
	subPath    text
	optional   bool
}

// member is a container of a containerSet.
type member struct {
	name  string
	needs []int
}

// retryPlan is a retryStrategy.
type retryPlan struct {
	limit, policy                      text
	hasLimit                           bool
	expression                         text
	backoff                            bool
	duration, factor, cap, maxDuration text
	spread                             bool // attempts avoid the hosts of failed ones
}

// memoPlan is a memoize.
type memoPlan struct{ key, cache, maxAge text }

// lockPlan is a mutex or semaphore.
type lockPlan struct{ mutex, configMap, key, database, namespace text }

// planner makes plans.
type planner struct {
	run      *ir.Spec // that of the workflow
	base     *ir.Spec // that of its workflowTemplateRef, may be nil
	defaults *tree.Node
	retry    *tree.Node // spec.retryStrategy
	plans    map[*ir.Template]*plan
}

func newPlanner(spec *ir.Spec) *planner {
	p := &planner{run: spec, plans: map[*ir.Template]*plan{}}
	if spec.Ref != nil && spec.Ref.Target != nil {
		p.base = spec.Ref.Target.Spec
	}
	p.defaults = p.field("templateDefaults")
	p.retry = p.field("retryStrategy")
	return p
}

// field is a field of the workflow's spec, or of the template it is made from.
func (p *planner) field(key string) *tree.Node {
	if n := p.run.Node.Get(key); !n.IsNull() {
		return n
	}
	if p.base != nil {
		return p.base.Node.Get(key)
	}
	return nil
}

// of is the plan of a template.
func (p *planner) of(t *ir.Template) *plan {
	if made := p.plans[t]; made != nil {
		return made
	}
	m := maker{planner: p, t: t}
	made := m.make()
	p.plans[t] = made
	return made
}

// maker makes one plan.
type maker struct {
	*planner
	t *ir.Template
}

// get is a field of the template, or of the defaults where it has none.
func (m *maker) get(keys ...string) *tree.Node {
	if n := m.t.Node.At(keys...); !n.IsNull() {
		return n
	}
	return m.defaults.At(keys...)
}

func (m *maker) text(keys ...string) text { return newText(m.get(keys...)) }

func (m *maker) make() *plan {
	t := m.t
	p := &plan{t: t, name: t.Name.Text(), typ: typeOf(t.Type()), home: m.home()}
	for _, in := range t.Inputs.Parameters {
		p.inputs = append(p.inputs, newInput(in))
	}
	for _, a := range t.Inputs.Artifacts {
		p.artifacts = append(p.artifacts, inputArtifact{name: a.Name.Text(), optional: a.Optional, located: hasLocation(a.Node)})
	}
	m.outputs(p)
	if t.Call != nil {
		p.captures = captures(t.Node)
	}
	p.parallelism, p.timeout, p.pending = m.text("parallelism"), m.text("timeout"), m.text("pendingTimeout")
	p.failFast, p.daemon = isTrue(m.get("failFast")), isTrue(m.get("daemon"))
	p.display = m.text("metadata", "annotations", "workflows.argoproj.io/display-name")
	p.progress = m.get("metadata", "annotations", "workflows.argoproj.io/progress").Text()
	p.retry = m.retryStrategy()
	if n := m.get("memoize"); !n.IsNull() {
		p.memo = &memoPlan{newText(n.Get("key")), newText(n.At("cache", "configMap", "name")), newText(n.Get("maxAge"))}
	}
	p.locks = lockPlans(m.get("synchronization"))
	p.duration = newText(t.Node.At("suspend", "duration"))
	m.members(p)
	if t.Type().IsGroup() {
		m.graph(p)
	}
	return p
}

// home is where local names lead.
func (m *maker) home() *ir.Spec {
	if m.t.Owner != nil && m.t.Owner.Spec != nil {
		return m.t.Owner.Spec
	}
	return m.run
}

func isTrue(n *tree.Node) bool { return n.Text() == "true" }

func newInput(p *ir.Parameter) input {
	in := input{name: p.Name.Text(), json: p, configMap: newConfigMapKey(p.ValueFrom)}
	for _, n := range []*tree.Node{p.Default, p.Value} {
		if !n.IsNull() {
			in.value, in.has = newText(n), true
			break
		}
	}
	return in
}

func newConfigMapKey(from *tree.Node) *configMapKey {
	ref := from.Get("configMapKeyRef")
	if ref.IsNull() {
		return nil
	}
	return &configMapKey{newText(ref.Get("name")), newText(ref.Get("key")), optionalText(from.Get("default"))}
}

func optionalText(n *tree.Node) *text {
	if n.IsNull() {
		return nil
	}
	t := newText(n)
	return &t
}

func (m *maker) outputs(p *plan) {
	for _, o := range m.t.Outputs.Parameters {
		r := result{name: o.Name.Text(), global: newText(o.GlobalName), supplied: o.ValueFrom.Has("supplied")}
		r.parameter = newText(o.ValueFrom.Get("parameter"))
		if n := o.ValueFrom.Get("expression"); !n.IsNull() {
			r.expression = newExpression(n.Text())
		}
		if r.fallback = optionalText(o.ValueFrom.Get("default")); r.fallback == nil {
			if r.fallback = optionalText(o.Default); r.fallback == nil {
				r.fallback = optionalText(o.Value)
			}
		}
		if r.supplied && r.fallback == nil {
			r.fallback = m.borrowed(r.name)
			r.borrows = r.fallback != nil
		}
		p.results = append(p.results, r)
		p.record = p.record || r.fallback == nil && !r.supplied
	}
	for _, a := range m.t.Outputs.Artifacts {
		o := product{name: a.Name.Text(), global: newText(a.GlobalName), from: newText(a.From), subPath: newText(a.Node.Get("subPath")), optional: a.Optional}
		if !a.FromExpression.IsNull() {
			o.expression = newExpression(a.FromExpression.Text())
		}
		p.products = append(p.products, o)
		p.record = p.record || !o.optional
	}
}

// borrowed is what an output is that nobody supplies: an input of that name.
func (m *maker) borrowed(name string) *text {
	for _, in := range m.t.Inputs.Parameters {
		if in.Name.Text() != name {
			continue
		}
		if d := optionalText(in.Default); d != nil {
			return d
		}
		t := readText("{{inputs.parameters." + name + "}}")
		return &t
	}
	return nil
}

func (m *maker) retryStrategy() *retryPlan {
	own, n := !m.get("retryStrategy").IsNull(), m.get("retryStrategy")
	if !own {
		n = m.retry
	}
	if n.IsNull() {
		return nil
	}
	at := func(keys ...string) *tree.Node {
		if own {
			return m.get(append([]string{"retryStrategy"}, keys...)...)
		}
		return n.At(keys...)
	}
	return &retryPlan{
		limit: newText(at("limit")), hasLimit: !at("limit").IsNull(), policy: newText(at("retryPolicy")), expression: newText(at("expression")),
		backoff: !at("backoff").IsNull(), duration: newText(at("backoff", "duration")), factor: newText(at("backoff", "factor")),
		cap: newText(at("backoff", "cap")), maxDuration: newText(at("backoff", "maxDuration")), spread: at("affinity").Has("nodeAntiAffinity"),
	}
}

func lockPlans(n *tree.Node) []lockPlan {
	var out []lockPlan
	add := func(n *tree.Node, mutex bool) {
		if n.IsNull() {
			return
		}
		l := lockPlan{namespace: newText(n.Get("namespace"))}
		if mutex {
			l.mutex = newText(n.Get("name"))
		} else {
			l.configMap, l.key = newText(n.At("configMapKeyRef", "name")), newText(n.At("configMapKeyRef", "key"))
			l.database = newText(n.At("database", "key"))
		}
		out = append(out, l)
	}
	add(n.Get("mutex"), true)
	for _, m := range n.Get("mutexes").List() {
		add(m, true)
	}
	add(n.Get("semaphore"), false)
	for _, s := range n.Get("semaphores").List() {
		add(s, false)
	}
	return out
}

func (m *maker) members(p *plan) {
	list := m.t.Node.At("containerSet", "containers").List()
	for _, c := range list {
		p.members = append(p.members, member{name: c.Get("name").Text()})
	}
	for i, c := range list {
		for _, d := range c.Get("dependencies").List() {
			at := slices.IndexFunc(p.members, func(o member) bool { return o.name == d.Text() })
			if at >= 0 {
				p.members[i].needs = append(p.members[i].needs, at)
			}
		}
	}
}

// captures are the names that an inline template takes from the template around
// it: that one's tags are filled where the inline template stands.
func captures(n *tree.Node) []string {
	var out []string
	for s := range n.All() {
		if s.Kind != tree.String || !strings.Contains(s.Value, "{{") {
			continue
		}
		t := readText(s.Value)
		for i := range t.parts {
			p := &t.parts[i]
			if p.expr != nil && p.expr.fault == nil {
				for _, r := range p.expr.References() {
					out = append(out, r.Path.String())
				}
			} else if p.key != "" {
				out = append(out, p.key)
			}
		}
	}
	out = slices.DeleteFunc(out, func(name string) bool {
		root, _, _ := strings.Cut(name, ".")
		return !slices.Contains([]string{"item", "steps", "tasks", "inputs"}, root)
	})
	slices.Sort(out)
	return slices.Compact(out)
}

// template finds a template that a name means in a spec, or in the template that
// the workflow is made from.
func (p *planner) template(spec *ir.Spec, name string) *ir.Template {
	if t := spec.Template(name); t != nil {
		return t
	}
	if spec.Ref != nil && spec.Ref.Target != nil {
		return spec.Ref.Target.Spec.Template(name)
	}
	return nil
}
