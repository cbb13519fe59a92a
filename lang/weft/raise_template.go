package weft

import (
	"slices"

	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
)

// template raises a template: typed if it has one known kind, else raw.
func (r *raiser) template(t *tree.Node) *Item {
	at := Node{at: t.Place()}
	n := t.Get("name")
	if n != nil && n.Kind == tree.String && r.plain < plainTemplates {
		if kind, sig, body, ok := r.typed(t, r.scope()); ok {
			return &Item{Node: at, Template: &Template{Kind: kind, Name: nameAt(n), Sig: sig, Body: body}}
		}
	}
	rest := t
	out := &Template{Kind: kindRaw}
	if n != nil && n.Kind == tree.String {
		out.Name = nameAt(n)
		rest = without(t, "name")
	}
	out.Body = r.rawBody(rest)
	return &Item{Node: at, Template: out}
}

// rawBody holds the fields of a template as they are.
func (r *raiser) rawBody(t *tree.Node) *Body {
	b := &Body{}
	for _, e := range t.Entries {
		b.Stmts = append(b.Stmts, r.stmtEntry(nil, e, place{Type: typeTemplate}, r.scope()))
	}
	return b
}

// reservedStmts are words that mean something in a template.
var reservedStmts = []string{"param", "artifact", "output", "retry", "run", "parallel", "on"}

// stmtEntry is an entry of a template body behind prefix.
func (r *raiser) stmtEntry(prefix []string, e tree.Entry, p place, s *scope) *Stmt {
	entry := r.keyedIn(append(prefix, e.Key.Value), e, p, s)
	if first := entry.Key.Parts[0]; slices.Contains(reservedStmts, first.Literal) {
		entry.Key.Parts[0] = quotedName(first.Literal)
	}
	return &Stmt{Node: entry.Node, Entry: entry}
}

// kindOf is the one kind that a template has.
func kindOf(t *tree.Node) (kind string, ok bool) {
	for _, k := range kindNames() {
		if n := t.Get(k); k != kindRaw && n != nil {
			wanted := tree.Map
			if k == "steps" {
				wanted = tree.List
			}
			if ok || n.Kind != wanted {
				return "", false
			}
			kind, ok = k, true
		}
	}
	return kind, ok
}

// typed raises a template, less its name, to a kind with signature and body.
func (r *raiser) typed(t *tree.Node, outside *scope) (kind string, sig *Signature, b *Body, ok bool) {
	kind, ok = kindOf(t)
	if !ok {
		return "", nil, nil, false
	}
	s := outside.within()
	for _, p := range t.At("inputs", "parameters").List() {
		s.declareInput(p.Get("name").Text(), declared{})
	}
	b = &Body{}
	inputsAsFields := true
	if n := t.Get("inputs"); n != nil {
		if specs, artifacts, ok := r.inputs(n, s); ok {
			inputsAsFields = false
			sig = &Signature{}
			for _, spec := range specs {
				if len(b.Stmts) == 0 && inSignature(spec) {
					sig.Params = append(sig.Params, spec)
				} else {
					b.Stmts = append(b.Stmts, &Stmt{Node: Node{at: spec.at}, Param: &Param{Spec: spec}})
				}
			}
			for _, a := range artifacts {
				b.Stmts = append(b.Stmts, &Stmt{Node: Node{at: a.at}, Artifact: &Artifact{Spec: a}})
			}
		}
	}
	inner, ok := r.inner(kind, t.Get(kind), s)
	if !ok {
		return "", nil, nil, false
	}
	b.Stmts = append(b.Stmts, inner...)
	var outputs []*Stmt
	for _, e := range t.Entries {
		switch k := e.Key.Value; {
		case k == "name" || k == kind || k == "inputs" && !inputsAsFields:
		case k == "outputs":
			if out, ok := r.outputs(e.Value, s); ok {
				outputs = out
				continue
			}
			fallthrough
		default:
			b.Stmts = append(b.Stmts, r.outer(kind, e, s))
		}
	}
	b.Stmts = append(b.Stmts, outputs...)
	return kind, sig, b, true
}

// inSignature reports whether a parameter is short enough for the signature.
func inSignature(p *ParamSpec) bool {
	if p.Map != nil || p.Default != nil && !flatLiteral(p.Default.Literal) {
		return false
	}
	text, ok := (&printer{}).flatParamSpec(p)
	return ok && len(text) <= 60
}

// outer raises a field of the template itself.
func (r *raiser) outer(kind string, e tree.Entry, s *scope) *Stmt {
	p := place{Type: typeTemplate}
	if e.Key.Value == "retryStrategy" {
		if limit := e.Value.Get("limit"); limit.IsScalar() && limit.Kind != tree.Null && !wantsHeredoc(limit) {
			retry := &Retry{Limit: r.value(limit, place{}, s)}
			if rest := without(e.Value, "limit"); len(rest.Entries) > 0 {
				retry.Map = r.block(rest, p.child("retryStrategy"), s)
			}
			return &Stmt{Node: Node{at: union(e.Key.Span, e.Value.Place())}, Retry: retry}
		}
	}
	var prefix []string
	if isInner(kind, e.Key.Value) || e.Key.Value == kindRaw || e.Key.Value == kind {
		prefix = []string{kindRaw}
	}
	return r.stmtEntry(prefix, e, p, s)
}

// inner raises the object that carries the kind's name.
func (r *raiser) inner(kind string, n *tree.Node, s *scope) ([]*Stmt, bool) {
	switch kind {
	case "steps":
		return r.stepGroups(n, s)
	case "dag":
		tasks := n.Entry("tasks")
		if tasks == nil {
			return nil, false
		}
		out, ok := r.tasks(tasks.Value, s)
		if !ok {
			return nil, false
		}
		return append(out, r.innerFields(kind, without(n, "tasks"), s)...), true
	}
	run, used := r.run(kind, n, s)
	fields := r.innerFields(kind, without(n, used...), s)
	if run == nil {
		return fields, true
	}
	i := slices.IndexFunc(fields, func(f *Stmt) bool { return f.at.Start > run.at.Start })
	if i < 0 {
		i = len(fields)
	}
	return slices.Insert(fields, i, run), true
}

func (r *raiser) innerFields(kind string, n *tree.Node, s *scope) (out []*Stmt) {
	p := place{Type: kinds[kind]}
	for _, e := range n.Entries {
		var prefix []string
		if !isInner(kind, e.Key.Value) || e.Key.Value == kindRaw || e.Key.Value == kind {
			prefix = []string{kind}
		}
		out = append(out, r.stmtEntry(prefix, e, p, s))
	}
	return out
}

// run recognises a command that hands a text to an interpreter, and names the
// fields that it stands for.
func (r *raiser) run(kind string, n *tree.Node, s *scope) (*Stmt, []string) {
	command := n.Get("command").List()
	var text *tree.Node
	var used []string
	switch {
	case kind == "container" && len(command) == 2 && isString(command[1], "-c"):
		if args := n.Get("args").List(); len(args) == 1 {
			text, used = args[0], []string{"command", "args"}
		}
	case kind == "script" && len(command) == 1:
		text, used = n.Get("source"), []string{"command", "source"}
	}
	if text == nil || text.Kind != tree.String || command[0].Kind != tree.String || !isIdent(command[0].Value) {
		return nil, nil
	}
	run := &Run{Text: &Text{Literal: textOnly(text, s), Node: Node{at: text.Place()}}}
	if command[0].Value != "sh" {
		run.Shell = command[0].Value
	}
	at := source.Span{}
	for _, k := range used {
		e := n.Entry(k)
		at = union(at, union(e.Key.Span, e.Value.Place()))
	}
	return &Stmt{Node: Node{at: at}, Run: run}, used
}

// textOnly is textLiteral where only text may stand, not an amount.
func textOnly(n *tree.Node, s *scope) string {
	if lit := textLiteral(n, s); isText(lit) {
		return lit
	}
	return quote(n.Value)
}

// declarations splits inputs, outputs or arguments into parameters and
// artifacts, if there is nothing else and all have names of their own.
func declarations(n *tree.Node) (params, artifacts []*tree.Node, ok bool) {
	if n.Kind != tree.Map || len(n.Entries) == 0 {
		return nil, nil, false
	}
	for _, e := range n.Entries {
		if e.Value.Kind != tree.List || len(e.Value.Items) == 0 || e.Key.Value != "parameters" && e.Key.Value != "artifacts" {
			return nil, nil, false
		}
		seen := map[string]bool{}
		for _, it := range e.Value.Items {
			name := it.Get("name")
			if name == nil || name.Kind != tree.String || name.Value == "" || seen[name.Value] {
				return nil, nil, false
			}
			seen[name.Value] = true
		}
		if e.Key.Value == "parameters" {
			params = e.Value.Items
		} else {
			artifacts = e.Value.Items
		}
	}
	return params, artifacts, true
}

func (r *raiser) inputs(n *tree.Node, s *scope) (specs []*ParamSpec, artifacts []*ArtSpec, ok bool) {
	ps, as, ok := declarations(n)
	if !ok {
		return nil, nil, false
	}
	for _, p := range ps {
		spec, ok := r.paramSpec(p, "default", s)
		if !ok {
			return nil, nil, false
		}
		specs = append(specs, spec)
	}
	for _, a := range as {
		artifacts = append(artifacts, r.artSpec(a, s))
	}
	return specs, artifacts, true
}

// paramSpec raises a parameter whose value is under key.
func (r *raiser) paramSpec(n *tree.Node, key string, s *scope) (*ParamSpec, bool) {
	spec := &ParamSpec{Node: Node{at: n.Place()}, Name: nameAt(n.Get("name"))}
	used := []string{"name"}
	if v := n.Get(key); v != nil {
		if !v.IsScalar() {
			return nil, false
		}
		spec.Default = r.value(v, place{}, s)
		used = append(used, key)
	}
	if enum := n.Get("enum"); r.plain < plainEnums && enum != nil && enum.Kind == tree.List && len(enum.Items) > 0 {
		spec.Type = r.enum(enum)
		if spec.Type != nil {
			used = append(used, "enum")
		}
	}
	if rest := without(n, used...); len(rest.Entries) > 0 {
		spec.Map = r.block(rest, place{Type: typeParameter}, s)
	}
	return spec, true
}

// enum raises the values of an enumeration, or returns nil.
func (r *raiser) enum(n *tree.Node) *Type {
	t := &Type{Node: Node{at: n.Place()}}
	for _, it := range n.Items {
		if !it.IsScalar() || wantsHeredoc(it) {
			return nil
		}
		v := &Value{Literal: it.Value, Node: Node{at: it.Place()}}
		if it.Kind == tree.String {
			v.Literal = quote(it.Value)
		}
		t.Enum = append(t.Enum, v)
	}
	return t
}

// artSpec raises an artifact.
func (r *raiser) artSpec(n *tree.Node, s *scope) *ArtSpec {
	spec := &ArtSpec{Node: Node{at: n.Place()}, Name: nameAt(n.Get("name"))}
	used := []string{"name"}
	if from := n.Get("from"); from != nil && from.Kind == tree.String {
		spec.From = r.value(from, place{}, s)
		used = append(used, "from")
	}
	if path := n.Get("path"); path != nil && path.Kind == tree.String {
		spec.Path = &Text{Literal: textOnly(path, s)}
		used = append(used, "path")
	}
	if rest := without(n, used...); len(rest.Entries) > 0 {
		spec.Map = r.block(rest, place{Type: typeArtifact}, s)
	}
	return spec
}

// outputs raises outputs to statements.
func (r *raiser) outputs(n *tree.Node, s *scope) (out []*Stmt, ok bool) {
	params, artifacts, ok := declarations(n)
	if !ok {
		return nil, false
	}
	for _, p := range params {
		out = append(out, &Stmt{Node: Node{at: p.Place()}, Output: &Output{Kind: "param", Spec: r.outputParam(p, s)}})
	}
	for _, a := range artifacts {
		out = append(out, &Stmt{Node: Node{at: a.Place()}, Output: &Output{Kind: "artifact", Spec: r.artSpec(a, s)}})
	}
	return out, true
}

func (r *raiser) outputParam(n *tree.Node, s *scope) *ArtSpec {
	spec := &ArtSpec{Node: Node{at: n.Place()}, Name: nameAt(n.Get("name"))}
	rest := without(n, "name")
	if from := n.Get("valueFrom"); from != nil && from.Kind == tree.Map {
		var used []string
		if v := from.Get("parameter"); v != nil && v.Kind == tree.String {
			spec.From = r.value(v, place{}, s)
			used = append(used, "parameter")
		}
		if v := from.Get("path"); v != nil && v.Kind == tree.String {
			spec.Path = &Text{Literal: textOnly(v, s)}
			used = append(used, "path")
		}
		if used != nil {
			more := without(from, used...)
			rest = without(rest, "valueFrom")
			if len(more.Entries) > 0 {
				rest.Entries = append(rest.Entries, tree.Entry{Key: n.Entry("valueFrom").Key, Value: more})
			}
		}
	}
	if len(rest.Entries) > 0 {
		spec.Map = r.block(rest, place{Type: typeParameter}, s)
	}
	return spec
}
