package weft

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
)

// step lowers one step or task.
func (l *lowerer) step(st *Step, outside *scope) *tree.Node {
	s := l.loopScope(st, outside)
	m := newSlots()
	if n := st.name(); n != nil {
		l.set(m, "name", nameNode(n))
	}
	switch {
	case st.Inline != nil:
		in := st.Inline
		l.set(m, "inline", l.templateBody(in.Kind, nil, in.Sig, in.Body, in.at, s))
	case st.Raw != nil:
		l.merge(m, st.Raw)
	case st.Call != nil:
		l.call(m, st.Call, s)
	case st.Bare != nil:
		l.call(m, st.Bare, s)
	}
	l.modifiers(m, st, s, outside)
	return l.build(m, st.at, place{Type: typeTask}, s)
}

// loopScope adds the loop variable of a step.
func (l *lowerer) loopScope(st *Step, outside *scope) *scope {
	s := *outside
	if loop := st.loop(); loop != nil {
		s.loop = loop.Var.text()
		if s.loop != "item" {
			l.checkShadow("loop variable", loop.Var)
		}
		if loop.Matrix != nil {
			s.rows = l.matrix(loop.Matrix, outside).Items
		}
	}
	return &s
}

func (l *lowerer) modifiers(m *slots, st *Step, s, outside *scope) {
	seen := map[string]bool{}
	for _, mod := range st.Modifiers {
		if word := mod.word(); seen[word] {
			l.errorf(RuleDuplicate, mod.at, "join them into one", "a step has at most one %s", word)
			continue
		}
		seen[mod.word()] = true
		switch {
		case mod.For != nil:
			l.loop(m, mod.For, s, outside)
		case mod.When != nil:
			l.set(m, "when", l.when(mod.When.Cond, s))
		case mod.After != nil:
			l.after(m, mod.After.Deps, s)
		case mod.Block != nil:
			l.block(m, mod.Block, s)
		}
	}
}

// word is what a modifier begins with.
func (m *Modifier) word() string {
	switch {
	case m.For != nil:
		return "for"
	case m.When != nil:
		return "when"
	case m.After != nil:
		return "after"
	}
	return "block"
}

// block lowers the hooks and raw fields of a step.
func (l *lowerer) block(m *slots, b *Block, s *scope) {
	for _, it := range b.Items {
		if it.Hook != nil {
			l.hook(l.sub(m, "hooks", it.at), it.Hook, s)
		} else {
			l.put(m, it.Entry.Key.Parts, it.Entry.Value, it.at)
		}
	}
}

// hook lowers "on EVENT call" into the map of hooks.
func (l *lowerer) hook(hooks *slots, h *Hook, s *scope) {
	m := newSlots()
	l.call(m, h.Call, s)
	if h.When != nil {
		l.set(m, "expression", l.literal(h.When.Literal, h.When.at, s))
	}
	sl, fresh := hooks.add(nameNode(h.Event), h.Event.at)
	if !fresh {
		l.duplicate(sl, h.Event.at)
		return
	}
	sl.node = l.build(m, h.Call.at, place{Type: typeHook}, s)
}

// call sets what is called and with which arguments.
func (l *lowerer) call(m *slots, c *Call, s *scope) {
	last := c.Callee[len(c.Callee)-1]
	var params []param
	switch {
	case len(c.Callee) == 1:
		params = s.templates[last.text()]
		l.set(m, "template", l.templateName(last, s.unit))
	case len(c.Callee) == 2:
		params = l.importedCall(m, c, s)
	default:
		l.errorf(RuleSyntax, c.at, "write ALIAS.TEMPLATE(...)", "a call has at most two names")
		l.unknownCall(m, c)
	}
	if len(c.Args) > 0 {
		l.set(m, "arguments", l.args(c, params, s))
	}
}

// isDamaged reports whether what c calls could not be read whole, so that nobody
// knows its parameters.
func (s *scope) isDamaged(c *Call) bool {
	broken := s.broken
	if len(c.Callee) == 2 {
		to := s.imports[c.Callee[0].text()]
		if to == nil {
			return s.broken[c.Callee[0].text()]
		}
		if to.unit == nil {
			return false
		}
		broken = to.unit.broken
	}
	return broken[c.Callee[len(c.Callee)-1].text()]
}

func calleeText(c *Call) string {
	parts := make([]string, len(c.Callee))
	for i, n := range c.Callee {
		parts[i] = n.text()
	}
	return strings.Join(parts, ".")
}

// args lowers arguments: blocks and references to artifacts are artifacts,
// everything else is a parameter.
func (l *lowerer) args(c *Call, params []param, s *scope) *tree.Node {
	parameters, artifacts := &gathered{}, &gathered{}
	seen := map[string]*Arg{}
	damaged := s.isDamaged(c)
	for i, a := range c.Args {
		if damaged && a.Name == nil {
			l.doubt(c.at)
			continue
		}
		name := l.argName(c, i, params)
		if name == nil {
			continue
		}
		if first := seen[name.Value]; first != nil {
			l.diags.Add(diag.Diagnostic{
				Rule: RuleArgument, Severity: diag.Error, Span: a.at, Message: fmt.Sprintf("argument %q is given twice", name.Value),
				Related: []diag.Related{{Span: first.at, Message: "first given here"}},
			})
			continue
		}
		seen[name.Value] = a
		switch {
		case a.Value.Map != nil:
			slots := newSlots()
			l.set(slots, "name", name)
			l.merge(slots, a.Value.Map)
			artifacts.add(l.build(slots, a.at, place{Type: typeArtifact}, s))
		case isArtifactRef(a.Value, s):
			artifacts.add(newMap(a.at, entryOf("name", name), entryOf("from", l.value(a.Value, place{}, s))))
		default:
			if a.Value.Ref != nil && s.broken[a.Value.Ref.Parts[0].text()] {
				l.doubt(a.at) // it may be an artifact
			}
			l.checkArg(a, name.Value, params, s)
			parameters.add(newMap(a.at, entryOf("name", name), entryOf("value", l.jsonValue(a.Value, s))))
		}
	}
	out := newMap(c.at)
	if parameters.items != nil {
		out.Entries = append(out.Entries, entryOf("parameters", parameters.list()))
	}
	if artifacts.items != nil {
		out.Entries = append(out.Entries, entryOf("artifacts", artifacts.list()))
	}
	return out
}

// argName is the name of argument i, which one without a name takes from the
// declaration; nil after a report.
func (l *lowerer) argName(c *Call, i int, params []param) *tree.Node {
	a := c.Args[i]
	switch {
	case a.Name != nil:
		return nameNode(a.Name)
	case i < len(params):
		return newText(params[i].name, a.at)
	case params == nil:
		l.errorf(RuleArgument, a.at, "write NAME: VALUE", "the parameters of %q are not known here, so its arguments need names", calleeText(c))
		l.doubt(c.Callee[len(c.Callee)-1].at) // which parameter has a value is not known either
	default:
		l.errorf(RuleArgument, a.at, "leave it out, or declare another parameter", "%q takes %s", calleeText(c), count(len(params), "parameter"))
	}
	return nil
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// isArtifactRef reports whether v is a reference to an artifact.
func isArtifactRef(v *Value, s *scope) bool {
	if v.Ref == nil {
		return false
	}
	ref, err := s.resolve(v.Ref.texts())
	return err == nil && isArtifactPath(ref.path)
}

// isArtifactPath reports whether a tag path leads to an artifact as a whole.
func isArtifactPath(path string) bool {
	if name, ok := strings.CutPrefix(path, "inputs.artifacts."); ok {
		return !strings.Contains(name, ".")
	}
	parts := strings.Split(path, ".")
	return len(parts) == 5 && (parts[0] == "steps" || parts[0] == "tasks") && parts[2] == "outputs" && parts[3] == "artifacts"
}

// loop lowers for: over a matrix, a sequence, a list, or a value that is only
// known at run time.
func (l *lowerer) loop(m *slots, f *For, s, outside *scope) {
	switch {
	case f.Matrix != nil:
		l.set(m, "withItems", newList(f.Matrix.at, s.rows...))
	case f.Value == nil:
		seq := newMap(f.Var.at)
		for _, a := range f.Sequence {
			if a.Name == nil {
				l.errorf(RuleSyntax, a.at, "write count: N, or start: N, end: N", "what a sequence takes has names")
				l.doubt(union(f.Var.at, a.at))
				continue
			}
			seq.Span = union(seq.Span, a.at)
			if again := seq.Entry(a.Name.text()); again != nil {
				l.duplicate(&slot{key: again.Key, at: again.Key.Span}, a.at)
				continue
			}
			seq.Entries = append(seq.Entries, tree.Entry{Key: nameNode(a.Name), Value: l.value(a.Value, place{}, outside)})
		}
		l.set(m, "withSequence", seq)
	case f.Value.List != nil:
		l.set(m, "withItems", l.value(f.Value, place{}, outside))
	default:
		l.checkLoop(f.Value, outside)
		l.set(m, "withParam", l.loopValue(f.Value, outside))
	}
}

// loopValue lowers what a loop runs over. Text is never meant there.
func (l *lowerer) loopValue(v *Value, s *scope) *tree.Node {
	if v.Ref == nil {
		return l.value(v, place{}, s)
	}
	_, err := s.resolve(v.Ref.texts())
	if err == nil || err.help != "" {
		return l.value(v, place{}, s)
	}
	err.help = "a loop runs over a list, a parameter that holds one as JSON, or the result of a step"
	l.reportName(err, v.Ref.span(), false)
	return newText(strings.Join(v.Ref.texts(), "."), v.at)
}

// when lowers a condition to its text.
func (l *lowerer) when(c *Cond, s *scope) *tree.Node {
	if v := rawCond(c); v != nil {
		return l.value(v, place{}, s)
	}
	b := &textBuilder{}
	w := &condWriter{lowerer: l, out: b, scope: s}
	w.cond(unwrapCond(c))
	return &tree.Node{Kind: tree.String, Value: b.String(), Span: c.at, Offsets: b.offsets(c.at.End)}
}

// after lowers dependencies; "none" stands for having none.
func (l *lowerer) after(m *slots, deps *Deps, s *scope) {
	if s.root != "tasks" {
		l.errorf(RuleSyntax, deps.at, "steps run in the order in which they are written", "only tasks of a dag can follow others")
		return
	}
	if isNone(deps) && s.steps["none"] == nil {
		return
	}
	b := &textBuilder{}
	w := &depsWriter{lowerer: l, out: b, scope: s}
	w.deps(unwrapDeps(deps))
	l.set(m, "depends", &tree.Node{Kind: tree.String, Value: b.String(), Span: deps.at, Offsets: b.offsets(deps.at.End)})
}

// unknownTask reports a name in after that is no task.
func (l *lowerer) unknownTask(n *Name, s *scope) {
	if s.broken[n.text()] {
		return
	}
	e := &nameError{rule: RuleUnknownName, message: fmt.Sprintf("no task is called %q", n.text()), help: "tasks are the steps of this dag"}
	if s.suggests() {
		var known []string
		for name := range s.steps {
			known = append(known, name)
		}
		for name := range s.broken {
			known = append(known, name)
		}
		if near, ok := nearestSorted(n.text(), known); ok {
			e.near, e.help = near, didYouMean(near)
		}
	}
	l.reportName(e, n.at, false)
	l.doubt(n.at)
}

// checkAfter reports raw dependencies beside an after; a raw depends is found
// to be set twice.
func (t *body) checkAfter(st *Step) {
	if afterOf(st) == nil {
		return
	}
	for _, m := range st.Modifiers {
		if m.Block == nil {
			continue
		}
		for _, it := range m.Block.Items {
			if it.Entry != nil && it.Entry.Key.Parts[0].text() == "dependencies" {
				t.errorf(RuleDependency, it.at, "keep one of them", "a task has either after or %q", "dependencies")
			}
		}
	}
}
