package weft

import (
	"slices"
	"strings"

	"github.com/weft-lang/weft/lang/tree"
)

// declareSteps makes the names of steps known to the scope, or finds that they
// cannot be.
func declareSteps(steps []*tree.Node, root string, s *scope) bool {
	s.root = root
	for _, st := range steps {
		n := st.Get("name")
		if st.Kind != tree.Map || n == nil || n.Kind != tree.String || n.Value == "" || s.steps[n.Value] != nil {
			return false
		}
		s.steps[n.Value] = &stepInfo{}
	}
	return true
}

// stepGroups raises the groups of a steps template.
func (r *raiser) stepGroups(n *tree.Node, s *scope) (out []*Stmt, ok bool) {
	var all []*tree.Node
	for _, g := range n.Items {
		if g.Kind != tree.List || len(g.Items) == 0 {
			return nil, false
		}
		all = append(all, g.Items...)
	}
	if !declareSteps(all, "steps", s) {
		return nil, false
	}
	for _, g := range n.Items {
		var steps []*Step
		for _, it := range g.Items {
			steps = append(steps, r.step(it, depRaw, s))
		}
		if len(steps) == 1 {
			out = append(out, &Stmt{Node: Node{at: g.Place()}, Step: steps[0]})
		} else {
			at := Node{at: g.Place()}
			out = append(out, &Stmt{Node: at, Parallel: &Parallel{Node: at, Steps: steps}})
		}
	}
	return out, true
}

// tasks raises the tasks of a dag with as few dependencies as inference needs.
func (r *raiser) tasks(n *tree.Node, s *scope) (out []*Stmt, ok bool) {
	if n.Kind != tree.List || !declareSteps(n.Items, "tasks", s) {
		return nil, false
	}
	modes := r.depModes(n.Items, s)
	for i, it := range n.Items {
		out = append(out, &Stmt{Node: Node{at: it.Place()}, Step: r.step(it, modes[i], s)})
	}
	return out, true
}

// depModes chooses for every task the shortest way to write its dependencies:
// it starts from nothing and takes the next form for every task that inference
// would get wrong, until none is. Should that not settle soon, all are raw.
func (r *raiser) depModes(tasks []*tree.Node, s *scope) []depMode {
	modes := make([]depMode, len(tasks))
	for range 20 {
		changed := false
		stated := r.withAfter(tasks, modes)
		for i, d := range newTaskGraph(stated, modes).infer(stated) {
			if modes[i] == depRaw || r.agrees(tasks[i], modes[i], d, s) {
				continue
			}
			modes[i]++
			changed = true
		}
		if !changed {
			return modes
		}
	}
	for i := range modes {
		modes[i] = depRaw
	}
	return modes
}

// withAfter presents the tasks as lowering sees them: with what "after" says
// in the field depends.
func (r *raiser) withAfter(tasks []*tree.Node, modes []depMode) []*tree.Node {
	out := slices.Clone(tasks)
	for i, t := range tasks {
		if modes[i] != depAfter {
			continue
		}
		if text, ok := statedDeps(t); ok {
			bare := without(t, "depends", "dependencies")
			bare.Entries = append(bare.Entries, tree.Entry{Key: newText("depends", t.Span), Value: newText(text, t.Span)})
			out[i] = bare
		}
	}
	return out
}

// statedDeps is what a task says about its dependencies, as an expression.
func statedDeps(t *tree.Node) (string, bool) {
	depends, list := t.Get("depends"), t.Get("dependencies")
	switch {
	case depends != nil && list != nil:
		return "", false
	case depends != nil:
		return depends.Value, depends.Kind == tree.String
	case list == nil || list.Kind != tree.List || len(list.Items) == 0:
		return "", false
	}
	var names []string
	for _, n := range list.Items {
		if n.Kind != tree.String {
			return "", false
		}
		names = append(names, n.Value)
	}
	return strings.Join(names, " && "), true
}

// agrees reports whether writing task t in a mode compiles back to it.
func (r *raiser) agrees(t *tree.Node, mode depMode, d dependencies, s *scope) bool {
	depends, list := t.Entry("depends"), t.Entry("dependencies")
	if mode == depAfter {
		text, ok := statedDeps(t)
		deps := parseDeps(text)
		if !ok || deps == nil || !knownTasks(deps, s) || squeeze(flatDeps(unwrapDeps(deps))) != squeeze(text) {
			return false
		}
	}
	switch {
	case d.list != nil:
		if depends != nil || list == nil || len(list.Value.List()) != len(d.list) {
			return false
		}
		for i, n := range list.Value.List() {
			if !isString(n, d.list[i]) {
				return false
			}
		}
		return true
	case d.depends != "":
		return list == nil && depends != nil && depends.Value.Kind == tree.String && squeeze(depends.Value.Value) == squeeze(d.depends)
	}
	return depends == nil && list == nil
}

// knownTasks reports whether an expression names only tasks of the dag.
func knownTasks(d *Deps, s *scope) bool {
	for _, and := range d.Or {
		for _, n := range and.And {
			if n.Group != nil {
				if !knownTasks(n.Group, s) {
					return false
				}
				continue
			}
			if s.steps[n.Task.text()] == nil || n.Status != nil && !slices.Contains(taskResults, n.Status.text()) {
				return false
			}
		}
	}
	return true
}

// step raises one step or task.
func (r *raiser) step(n *tree.Node, mode depMode, outside *scope) *Step {
	st := &Step{Node: Node{at: n.Place()}, Name: nameAt(n.Get("name"))}
	s := *outside
	loop, loopKey := r.loop(n, outside)
	if loop != nil {
		s.loop = "item"
	}
	used := []string{"name"}
	callKeys, ok := r.callee(st, n, &s)
	if !ok {
		st.Raw = r.block(without(n, "name"), place{Type: typeTask}, outside)
		return st
	}
	used = append(used, callKeys...)
	if loop != nil {
		st.Modifiers = append(st.Modifiers, &Modifier{For: loop})
		used = append(used, loopKey)
	}
	if when := n.Get("when"); when != nil && when.Kind == tree.String {
		st.Modifiers = append(st.Modifiers, &Modifier{Node: Node{at: when.Place()}, When: &When{Cond: raiseCond(when, &s)}})
		used = append(used, "when")
	}
	switch mode {
	case depNone:
		none := &Deps{Or: []*DepsAnd{{And: []*DepsNot{{Task: name("none")}}}}}
		st.Modifiers = append(st.Modifiers, &Modifier{After: &After{Deps: none}})
	case depAfter:
		text, _ := statedDeps(n)
		st.Modifiers = append(st.Modifiers, &Modifier{After: &After{Deps: parseDeps(text)}})
	}
	if mode != depRaw {
		used = append(used, "depends", "dependencies")
	}
	if block := r.stepBlock(without(n, used...), &s); block != nil {
		st.Modifiers = append(st.Modifiers, block)
	}
	return st
}

// stepBlock holds what is left of a step: hooks and raw fields.
func (r *raiser) stepBlock(rest *tree.Node, s *scope) *Modifier {
	if len(rest.Entries) == 0 {
		return nil
	}
	b := &Block{}
	for _, e := range rest.Entries {
		if e.Key.Value == "hooks" && e.Value.Kind == tree.Map && len(e.Value.Entries) > 0 {
			if items, ok := r.stepHooks(e.Value, s); ok {
				b.Items = append(b.Items, items...)
				continue
			}
		}
		entry := r.keyedIn([]string{e.Key.Value}, e, place{Type: typeTask}, s)
		if first := entry.Key.Parts[0]; first.Literal == "on" {
			entry.Key.Parts[0] = quotedName("on")
		}
		b.Items = append(b.Items, &BlockItem{Node: entry.Node, Entry: entry})
	}
	return &Modifier{Block: b}
}

func (r *raiser) stepHooks(n *tree.Node, s *scope) (out []*BlockItem, ok bool) {
	for _, e := range n.Entries {
		h, ok := r.hook(e, s)
		if !ok {
			return nil, false
		}
		out = append(out, &BlockItem{Node: Node{at: union(e.Key.Span, e.Value.Place())}, Hook: h})
	}
	return out, true
}

// hook raises one lifecycle hook.
func (r *raiser) hook(e tree.Entry, s *scope) (*Hook, bool) {
	call, used, ok := r.call(e.Value, s)
	if !ok {
		return nil, false
	}
	h := &Hook{Event: nameAt(e.Key), Call: call}
	if x := e.Value.Get("expression"); x != nil && x.Kind == tree.String {
		h.When = &Text{Literal: textOnly(x, s)}
		used = append(used, "expression")
	}
	return h, len(without(e.Value, used...).Entries) == 0
}

// callee raises what a step runs, and names the fields that it stands for.
func (r *raiser) callee(st *Step, n *tree.Node, s *scope) (used []string, ok bool) {
	if in := n.Get("inline"); in != nil {
		if n.Get("template") != nil || n.Get("templateRef") != nil || in.Kind != tree.Map || in.Get("name") != nil {
			return nil, false
		}
		kind, sig, body, ok := r.typed(in, s)
		if !ok {
			return nil, false
		}
		st.Inline = &Inline{Kind: kind, Sig: sig, Body: body, Node: Node{at: in.Place()}}
		return []string{"inline"}, true
	}
	st.Call, used, ok = r.call(n, s)
	return used, ok
}

// call raises template or templateRef with arguments.
func (r *raiser) call(n *tree.Node, s *scope) (c *Call, used []string, ok bool) {
	c = &Call{}
	template, ref := n.Get("template"), n.Get("templateRef")
	switch {
	case template != nil && ref == nil && template.Kind == tree.String && template.Value != "":
		used = []string{"template"}
		callee := quotedName(template.Value)
		_, known := s.templates[template.Value]
		if _, isKind := kinds[template.Value]; known && !isKind {
			callee = name(template.Value)
		}
		c.Callee = []*Name{callee}
	case template == nil && ref != nil:
		used = []string{"templateRef"}
		kind := "workflowTemplate"
		if scope := ref.Get("clusterScope"); scope != nil {
			kind = "clusterWorkflowTemplate"
			if scope.Kind != tree.Bool || scope.Value != "true" {
				return nil, nil, false
			}
		}
		of, inside := ref.Get("name"), ref.Get("template")
		if !isStatic(of) || !isStatic(inside) || len(without(ref, "name", "template", "clusterScope").Entries) > 0 {
			return nil, nil, false
		}
		c.Callee = []*Name{name(r.alias(kind, of.Value)), name(inside.Value)}
	default:
		return nil, nil, false
	}
	if args := n.Get("arguments"); args != nil {
		if c.Args, ok = r.args(args, s); ok {
			used = append(used, "arguments")
		}
	}
	return c, used, true
}

func isStatic(n *tree.Node) bool {
	return n != nil && n.Kind == tree.String && n.Value != "" && !strings.Contains(n.Value, "{{")
}

// args raises arguments; false leaves them to the block.
func (r *raiser) args(n *tree.Node, s *scope) (out []*Arg, ok bool) {
	params, artifacts, ok := declarations(n)
	if !ok {
		return nil, false
	}
	seen := map[string]bool{}
	for _, p := range params {
		v := p.Get("value")
		if len(p.Entries) != 2 || v == nil || !v.IsScalar() {
			return nil, false
		}
		a := &Arg{Node: Node{at: p.Place()}, Name: nameAt(p.Get("name")), Value: r.value(v, place{}, s)}
		if a.Value.Ref != nil && isArtifactPath(v.Value[2:len(v.Value)-2]) {
			a.Value = rawText(v.Value)
		}
		seen[p.Get("name").Value] = true
		out = append(out, a)
	}
	for _, art := range artifacts {
		if seen[art.Get("name").Value] {
			return nil, false
		}
		a := &Arg{Node: Node{at: art.Place()}, Name: nameAt(art.Get("name"))}
		if from := art.Get("from"); len(art.Entries) == 2 && from != nil && from.Kind == tree.String {
			if ref := refTo(from.Value, s); ref != nil && isArtifactPath(from.Value[2:len(from.Value)-2]) {
				a.Value = &Value{Ref: ref}
			}
		}
		if a.Value == nil {
			a.Value = &Value{Map: r.block(without(art, "name"), place{Type: typeArtifact}, s)}
		}
		out = append(out, a)
	}
	return out, true
}

// loop raises the loop of a step and names its field.
func (r *raiser) loop(n *tree.Node, s *scope) (*For, string) {
	f := &For{Var: name("item")}
	if items := n.Get("withItems"); items != nil && items.Kind == tree.List {
		f.Value = r.value(items, place{}, s)
		return f, "withItems"
	}
	if param := n.Get("withParam"); param != nil && param.Kind == tree.String {
		f.Value = r.value(param, place{}, s)
		if f.Value.Literal != "" && !isText(f.Value.Literal) {
			f.Value = rawText(param.Value)
		}
		return f, "withParam"
	}
	seq := n.Get("withSequence")
	if seq == nil || seq.Kind != tree.Map {
		return nil, ""
	}
	for _, e := range seq.Entries {
		if !e.Value.IsScalar() {
			return nil, ""
		}
		f.Sequence = append(f.Sequence, &Arg{Name: nameAt(e.Key), Value: r.value(e.Value, place{}, s)})
	}
	return f, "withSequence"
}
