package weft

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
)

// template lowers a template item.
func (d *document) template(it *Item, s *scope) {
	t := it.Template
	node := d.templateBody(t.Kind, t.Name, t.Sig, t.Body, it.at, s)
	d.templates = append(d.templates, node)
}

// body is a template while it is lowered: the entries of the template itself
// and of the object inside it that carries the kind's name.
type body struct {
	*lowerer
	kind         string
	outer, inner *slots
	scope        *scope
	steps        *gathered
	params       *gathered
	artifacts    *gathered
	outParams    *gathered
	outArtifacts *gathered
}

// templateBody lowers signature and body of a template at span; name is nil
// for an inline one.
func (l *lowerer) templateBody(kind string, name *Name, sig *Signature, b *Body, span source.Span, outside *scope) *tree.Node {
	t := &body{
		lowerer: l, kind: kind, outer: newSlots(), inner: newSlots(), scope: l.templateScope(kind, sig, b, outside),
		steps: &gathered{}, params: &gathered{}, artifacts: &gathered{}, outParams: &gathered{}, outArtifacts: &gathered{},
	}
	if name != nil {
		n := nameNode(name)
		if outside.prefix != "" {
			n.Value, n.Offsets = outside.prefix+n.Value, nil
		}
		l.set(t.outer, "name", n)
	} else if kind != kindRaw && span.File != nil && outside.root == "" {
		l.errorf(RuleSyntax, span, "write "+kind+" NAME { ... }", "the template has no name")
	}
	for _, spec := range paramSpecs(sig, b) {
		t.params.add(l.paramSpec(spec, "default", t.scope))
	}
	for _, st := range b.Stmts {
		if st.Artifact != nil {
			t.artifacts.add(l.artSpec(st.Artifact.Spec, t.scope))
		}
	}
	t.lists("inputs", t.params, t.artifacts)
	for _, st := range b.Stmts {
		t.stmt(st)
	}
	t.finish(b)
	t.lists("outputs", t.outParams, t.outArtifacts)
	return l.build(t.outer, span, place{Type: typeTemplate}, t.scope)
}

// templateScope declares the parameters and steps of a template.
func (l *lowerer) templateScope(kind string, sig *Signature, b *Body, outside *scope) *scope {
	s := outside.within()
	seen := map[string]*Name{}
	for _, spec := range paramSpecs(sig, b) {
		name := spec.Name.text()
		if first := seen[name]; first != nil {
			l.declaredTwice("parameter", spec.Name, first)
		}
		seen[name] = spec.Name
		if _, outer := outside.inputs[name]; outer && spec.Default != nil && (spec.Default.Ref == nil || spec.Default.Ref.Parts[0].text() != name) {
			l.diags.Add(diag.Diagnostic{
				Rule: RuleShadowedName, Severity: diag.Warning, Span: spec.Name.at,
				Message: fmt.Sprintf("%q gets the value that it has in the template around this one", name), Help: "rename one of the two",
			})
		}
		s.declareInput(name, spec.declared())
	}
	switch kind {
	case "steps":
		s.root = "steps"
	case "dag":
		s.root = "tasks"
	}
	names := map[string]*Name{}
	for _, st := range allSteps(b) {
		n := st.name()
		if n == nil {
			continue
		}
		if first := names[n.text()]; first != nil {
			l.declaredTwice("step", n, first)
		}
		names[n.text()] = n
		s.steps[n.text()] = &stepInfo{looped: st.loop() != nil}
		l.checkShadow("step", n)
	}
	return s
}

func (l *lowerer) checkShadow(what string, n *Name) {
	if roots[n.text()] {
		l.diags.Add(diag.Diagnostic{
			Rule: RuleShadowedName, Severity: diag.Warning, Span: n.at,
			Message: fmt.Sprintf("the %s %q hides the built-in name %q", what, n.text(), n.text()),
			Help:    fmt.Sprintf("rename it, or reach the built-in one with \"{{%s. ...}}\"", n.text()),
		})
	}
}

func allSteps(b *Body) (out []*Step) {
	for _, st := range b.Stmts {
		switch {
		case st.Step != nil:
			out = append(out, st.Step)
		case st.Parallel != nil:
			out = append(out, st.Parallel.Steps...)
		}
	}
	return out
}

// name is the written name of a step, or the last part of what it calls.
func (s *Step) name() *Name {
	if s.Name != nil || s.Bare == nil {
		return s.Name
	}
	return s.Bare.Callee[len(s.Bare.Callee)-1]
}

// loop is the step's for, or nil.
func (s *Step) loop() *For {
	for _, m := range s.Modifiers {
		if m.For != nil {
			return m.For
		}
	}
	return nil
}

// lists sets inputs or outputs from what was declared.
func (t *body) lists(key string, params, artifacts *gathered) {
	if params.items != nil {
		t.set(t.sub(t.outer, key, params.at), "parameters", params.list())
	}
	if artifacts.items != nil {
		t.set(t.sub(t.outer, key, artifacts.at), "artifacts", artifacts.list())
	}
}

func (t *body) stmt(st *Stmt) {
	switch {
	case st.Output != nil:
		spec := st.Output.Spec
		if st.Output.Kind == "artifact" {
			t.outArtifacts.add(t.artSpec(spec, t.scope))
		} else {
			t.outParams.add(t.outputParam(spec))
		}
	case st.Retry != nil:
		t.retry(st.Retry, st.at)
	case st.Run != nil:
		t.run(st.Run, st.at)
	case st.Parallel != nil:
		t.group(st.Parallel.Steps, st.at)
	case st.Step != nil:
		t.group([]*Step{st.Step}, st.at)
	case st.Entry != nil:
		t.entry(st.Entry)
	}
}

// entry puts an entry of the body into the template or the object inside it.
func (t *body) entry(e *Entry) {
	first, rest := e.Key.Parts[0], e.Key.Parts[1:]
	if t.kind == kindRaw {
		t.put(t.outer, e.Key.Parts, e.Value, e.at)
		return
	}
	if to := map[string]*slots{kindRaw: t.outer, t.kind: t.inner}[first.text()]; to != nil && first.bare() {
		if len(rest) > 0 {
			t.put(to, rest, e.Value, e.at)
			return
		}
		if e.Value.Map != nil {
			for _, inner := range e.Value.Map.Entries {
				t.put(to, inner.Key.Parts, inner.Value, inner.at)
			}
			return
		}
	}
	if isInner(t.kind, first.text()) {
		t.put(t.inner, e.Key.Parts, e.Value, e.at)
	} else {
		t.put(t.outer, e.Key.Parts, e.Value, e.at)
	}
}

// isInner reports whether key belongs to the object inside a template. A key of
// neither is misspelt: it goes where its nearest neighbour is, so that the
// finding about it can name that one.
func isInner(kind, key string) bool {
	inner := kinds[kind]
	switch {
	case kind == "plugin" || hasField(inner, key):
		return true
	case inner == "" || kind == kindRaw || hasField(typeTemplate, key):
		return false
	}
	if _, near := diag.Nearest(key, fieldNames(inner)); near {
		return true
	}
	_, near := diag.Nearest(key, fieldNames(typeTemplate))
	return !near
}

func (t *body) retry(r *Retry, at source.Span) {
	strategy := t.sub(t.outer, "retryStrategy", at)
	t.set(strategy, "limit", t.value(r.Limit, place{}, t.scope))
	if r.Map != nil {
		for _, e := range r.Map.Entries {
			t.put(strategy, e.Key.Parts, e.Value, e.at)
		}
	}
}

// run sets the command and the text that it gets.
func (t *body) run(r *Run, at source.Span) {
	shell := newText(r.Shell, at)
	if r.Shell == "" {
		shell.Value = "sh"
	}
	text := t.literal(r.Text.Literal, r.Text.at, t.scope)
	switch t.kind {
	case "container":
		t.set(t.inner, "command", newList(at, shell, newText("-c", at)))
		t.set(t.inner, "args", newList(r.Text.at, text))
	case "script":
		t.set(t.inner, "command", newList(at, shell))
		t.set(t.inner, "source", text)
	default:
		t.errorf(RuleSyntax, at, "use it in a container or a script", "a template of kind %q has nothing to run", t.kind)
	}
}

// group lowers steps that run together: one group of a steps template, or
// tasks of a dag, where the grouping means nothing.
func (t *body) group(steps []*Step, at source.Span) {
	if t.scope.root == "" {
		t.errorf(RuleSyntax, at, "call templates from a steps or dag template", "a template of kind %q has no steps", t.kind)
		return
	}
	g := newList(at)
	for _, st := range steps {
		g.Items = append(g.Items, t.step(st, t.scope))
	}
	if t.kind == "steps" {
		t.steps.add(g)
		return
	}
	for i, task := range g.Items {
		t.checkAfter(steps[i])
		t.steps.add(task)
	}
}

// finish puts the object of the kind into the template.
func (t *body) finish(b *Body) {
	at := b.at
	switch {
	case t.kind == kindRaw:
		return
	case t.kind == "steps":
		n := t.steps.list()
		if t.steps.items == nil {
			n.Span = at
		}
		t.set(t.outer, "steps", n)
		return
	case t.kind == "dag" && (t.steps.items != nil || t.inner.get("tasks") == nil):
		n := t.steps.list()
		if t.steps.items == nil {
			n.Span = at
		}
		t.inferDependencies(n.Items, b)
		t.set(t.inner, "tasks", n)
	}
	sl, fresh := t.outer.add(newText(t.kind, at), at)
	if !fresh {
		t.duplicate(sl, at)
		return
	}
	sl.sub = t.inner
}

// paramSpec lowers a parameter; its value goes under key.
func (l *lowerer) paramSpec(spec *ParamSpec, key string, s *scope) *tree.Node {
	m := newSlots()
	name := nameNode(spec.Name)
	l.set(m, "name", name)
	if spec.Default != nil {
		l.set(m, key, l.jsonValue(spec.Default, s))
	}
	if spec.Type != nil {
		l.checkType(spec, s)
		if spec.Type.Enum != nil {
			enum := newList(spec.Type.at)
			for _, e := range spec.Type.Enum {
				enum.Items = append(enum.Items, l.value(e, place{}, s))
			}
			l.set(m, "enum", enum)
		} else {
			name.Type = spec.Type.Name
		}
	}
	l.merge(m, spec.Map)
	return l.build(m, spec.at, place{Type: typeParameter}, s)
}

func (l *lowerer) merge(m *slots, extra *Map) {
	if extra != nil {
		for _, e := range extra.Entries {
			l.put(m, e.Key.Parts, e.Value, e.at)
		}
	}
}

// artSpec lowers an artifact.
func (l *lowerer) artSpec(spec *ArtSpec, s *scope) *tree.Node {
	m := newSlots()
	l.set(m, "name", nameNode(spec.Name))
	if spec.From != nil {
		l.set(m, "from", l.value(spec.From, place{}, s))
	}
	if spec.Path != nil {
		l.set(m, "path", l.literal(spec.Path.Literal, spec.Path.at, s))
	}
	l.merge(m, spec.Map)
	return l.build(m, spec.at, place{Type: typeArtifact}, s)
}

// outputParam lowers an output parameter: from a path, or from another value.
func (t *body) outputParam(spec *ArtSpec) *tree.Node {
	m := newSlots()
	t.set(m, "name", nameNode(spec.Name))
	if spec.From != nil {
		t.set(t.sub(m, "valueFrom", spec.From.at), "parameter", t.value(spec.From, place{}, t.scope))
	}
	if spec.Path != nil {
		t.set(t.sub(m, "valueFrom", spec.Path.at), "path", t.literal(spec.Path.Literal, spec.Path.at, t.scope))
	}
	t.merge(m, spec.Map)
	return t.build(m, spec.at, place{Type: typeParameter}, t.scope)
}
