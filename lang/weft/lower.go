package weft

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
)

// Options are what Lower needs from outside.
type Options struct {
	// Load returns the file that an import names, seen from the file with the
	// import. Nil means that files cannot be imported.
	Load func(path string, from *source.File) (*source.File, error)
}

// Lower makes the document trees of a file, with spans that point into it. A
// file without a header is a library: it is checked and gives no documents. Of a
// file with syntax errors the trees hold what could be read, and say what could
// not.
func Lower(f *File, opts Options) ([]*tree.Document, *diag.List) {
	own := f.damage
	l := &lowerer{file: f, opts: opts, diags: &diag.List{}, damage: &own, loading: map[string]bool{f.Source.Name: true}}
	docs := l.documents()
	l.forget()
	if damage := l.damage.tree(); damage != nil {
		for _, d := range docs {
			d.Damage = damage
		}
	}
	return docs, l.diags
}

// forget drops what was said of places that could not be read, and doubts what
// turned out to be wrong later.
func (l *lowerer) forget() {
	kept := &diag.List{}
	for _, d := range l.diags.Sorted() {
		switch {
		case d.Rule == RuleSyntax:
			l.doubt(d.Span)
		case d.Rule != RuleImport && l.damage.touches(d.Span):
			continue
		}
		kept.Add(d)
	}
	l.diags = kept
}

// Library reports whether the file has no header and no manifest, so that it
// can only be imported.
func (f *File) Library() bool {
	for _, it := range f.Items {
		if it.Header != nil || it.Manifest != nil {
			return false
		}
	}
	return len(f.Items) > 0
}

type lowerer struct {
	file    *File
	opts    Options
	diags   *diag.List
	damage  *damage         // of the file and of all that it imports
	loading map[string]bool // names of the files around the one at hand, against import cycles
}

func (l *lowerer) errorf(rule string, at source.Span, help, format string, args ...any) {
	l.diags.Add(diag.Diagnostic{
		Rule: rule, Severity: diag.Error, Span: at, Message: fmt.Sprintf(format, args...), Help: help,
	})
}

// group is the items of one document.
type group struct {
	header *Item // nil in a library
	items  []*Item
}

// groups cuts the items at headers and manifests. Imports above the first
// header belong to every document.
func (l *lowerer) groups() []group {
	l.checkHeader()
	var out []group
	var common []*Item
	for _, it := range l.file.Items {
		switch {
		case it.Header != nil || it.Manifest != nil:
			g := group{header: it}
			for _, c := range common {
				if c.Import != nil {
					g.items = append(g.items, c)
				}
			}
			out = append(out, g)
		case len(out) == 0:
			common = append(common, it)
		default:
			g := &out[len(out)-1]
			g.items = append(g.items, it)
		}
	}
	if len(out) == 0 && len(common) > 0 {
		return []group{{items: common}}
	}
	for _, it := range common {
		if it.Import == nil {
			l.errorf(RuleSyntax, it.at, "move it behind the header (workflow NAME)", "a document starts with its header")
			break
		}
	}
	return out
}

// checkHeader notices a header that is spelled wrong, or a first line that has
// to be one, since a file without a header has nothing to set. What follows is
// read as if the header were right.
func (l *lowerer) checkHeader() {
	if len(l.file.Items) == 0 || l.file.Items[0].Entry == nil || !l.file.Library() {
		return
	}
	first := l.file.Items[0]
	e := first.Entry
	key := e.Key.Parts[0]
	d := diag.Diagnostic{
		Rule: RuleSyntax, Severity: diag.Error, Span: key.at, Message: fmt.Sprintf("%q begins no document", key.text()),
		Help: "begin with a header: workflow NAME, workflowTemplate NAME, clusterWorkflowTemplate NAME or cronWorkflow NAME",
	}
	header := &Header{Kind: headerNames[0]}
	near, ok := synonym(key.text(), headerNames)
	if slices.Contains(headerNames, key.text()) {
		near, ok = key.text(), true
	}
	if ok && len(e.Key.Parts) == 1 {
		header.Kind = near
		d.Help, d.Fixes = didYouMean(near), fix("write "+near, key.at, near)
		if e.Colon || strings.HasPrefix(l.file.Source.Text[key.at.End:], ":") {
			d.Message, d.Help = "a header has no colon", "write "+near+" NAME"
			d.Fixes = fix("remove the colon", l.file.Source.At(key.at.Start, e.Value.at.Start), near+" ")
		}
	}
	if e.Value.Ref != nil && len(e.Key.Parts) == 1 {
		header.Name = e.Value.Ref.Parts[0]
	}
	l.diags.Add(d)
	first.Entry, first.Header = nil, header
}

func (l *lowerer) documents() (docs []*tree.Document) {
	for _, g := range l.groups() {
		d := &document{lowerer: l, group: g, unit: l.declare(g.items)}
		if g.header != nil && g.header.Manifest != nil {
			d.kind = "manifest"
		} else if g.header != nil {
			d.kind = g.header.Header.Kind
		}
		root := d.lower()
		if g.header == nil {
			continue
		}
		span := g.header.at
		for _, it := range g.items {
			span = union(span, it.at)
		}
		root.Span = span
		docs = append(docs, &tree.Document{File: l.file.Source, Index: len(docs), Span: span, Root: root})
	}
	return docs
}

// declare collects the names that items declare.
func (l *lowerer) declare(items []*Item) *unit { return l.declareAs(items, "", nil) }

// declareAs is declare for an imported file, whose templates get a prefix.
func (l *lowerer) declareAs(items []*Item, prefix string, lib *library) *unit {
	u := &unit{prefix: prefix, params: map[string]declared{}, templates: map[string][]param{}, imports: map[string]*linked{}, broken: l.file.broken, library: lib}
	seen := map[string]*Name{}
	once := func(what string, n *Name) bool {
		key := what + n.text()
		if first := seen[key]; first != nil {
			l.declaredTwice(what, n, first)
			return false
		}
		seen[key] = n
		return true
	}
	for _, it := range items {
		switch {
		case it.Param != nil:
			if once("parameter", it.Param.Spec.Name) {
				u.params[it.Param.Spec.Name.text()] = it.Param.Spec.declared()
				if l.damage.touches(it.at) {
					u.params[it.Param.Spec.Name.text()] = declared{}
				}
			}
		case it.Artifact != nil:
			once("artifact", it.Artifact.Spec.Name)
		case it.Template != nil && it.Template.Name != nil:
			if once("template", it.Template.Name) {
				name := it.Template.Name.text()
				u.templates[name] = it.Template.params()
				u.names = append(u.names, name)
			}
		}
	}
	for _, it := range items {
		if it.Import != nil {
			l.importItem(it, u)
		}
	}
	return u
}

func (l *lowerer) declaredTwice(what string, n, first *Name) {
	l.diags.Add(diag.Diagnostic{
		Rule: RuleDuplicate, Severity: diag.Error, Span: n.at, Message: fmt.Sprintf("%s %q is declared twice", what, n.text()),
		Related: []diag.Related{{Span: first.at, Message: "first declared here"}},
	})
}

// params lists the parameters of a template in the order of declaration.
func (t *Template) params() (out []param) {
	for _, spec := range paramSpecs(t.Sig, t.Body) {
		out = append(out, param{spec.Name.text(), spec.declared()})
	}
	return out
}

func paramSpecs(sig *Signature, body *Body) (out []*ParamSpec) {
	if sig != nil {
		out = append(out, sig.Params...)
	}
	for _, st := range body.Stmts {
		if st.Param != nil {
			out = append(out, st.Param.Spec)
		}
	}
	return out
}

// document is one document while it is lowered.
type document struct {
	*lowerer
	group
	*unit
	kind      string // "" for a library
	templates []*tree.Node
}

func (d *document) lower() *tree.Node {
	if d.kind == "manifest" {
		for _, it := range d.items {
			if it.Import == nil {
				d.errorf(RuleSyntax, it.at, "begin a document with a header (workflow NAME)", "only comments and documents may follow a manifest")
			}
		}
		m := d.header.Manifest.Map
		return d.build(d.collect(m.Entries), m.at, place{}, &scope{unit: d.unit, closed: true})
	}
	root := newSlots()
	at := source.Span{File: d.file.Source}
	if d.header != nil {
		at = d.header.at
	}
	d.set(root, "apiVersion", newText(apiVersion, at))
	d.set(root, "kind", newText(documentKinds[d.kind], at))
	if d.header != nil && d.header.Header.Name != nil {
		d.headerName(root, d.header.Header.Name)
	}
	spec := d.sub(root, "spec", at)
	workflow := spec
	if d.kind == "cronWorkflow" {
		defer d.moveLast(spec, "workflowSpec")
		workflow = d.sub(spec, "workflowSpec", at)
	}
	s := &scope{unit: d.unit}
	d.arguments(workflow, s)
	for _, it := range d.items {
		switch {
		case it.Template != nil:
			d.template(it, s)
		case it.Hook != nil:
			d.hook(d.sub(workflow, "hooks", it.at), it.Hook, s)
		case it.Entry != nil:
			d.entry(root, spec, workflow, it.Entry)
		}
	}
	d.importedTemplates()
	if len(d.templates) > 0 {
		list := newList(d.templates[0].Span, d.templates...)
		list.Span = union(list.Span, d.templates[len(d.templates)-1].Span)
		d.set(workflow, "templates", list)
	}
	d.entrypoint(workflow)
	slices.SortStableFunc(root.list, func(a, b *slot) int { return rootOrder[a.key.Value] - rootOrder[b.key.Value] })
	p := place{Type: documentKinds[d.kind]}
	return d.build(root, at, p, s)
}

// rootOrder is the order in which the keys of a document are written.
var rootOrder = map[string]int{"apiVersion": 1, "kind": 2, "metadata": 3, "spec": 4, "status": 5}

// moveLast puts a key behind all others.
func (d *document) moveLast(s *slots, key string) {
	i := s.index[key]
	sl := s.list[i]
	s.list = append(append(s.list[:i:i], s.list[i+1:]...), sl)
	for j, other := range s.list {
		s.index[other.key.Value] = j
	}
}

// headerName sets metadata: a name that ends in "-" is a prefix to be completed.
func (d *document) headerName(root *slots, n *Name) {
	node, key := nameNode(n), "name"
	if text := node.Value; text != "" && text[len(text)-1] == '-' {
		key = "generateName"
	}
	meta := d.sub(root, "metadata", n.at)
	sl, _ := meta.add(newText(key, n.at), n.at)
	sl.node = node
}

// arguments lowers the parameters and artifacts of the document.
func (d *document) arguments(workflow *slots, s *scope) {
	params, artifacts := &gathered{}, &gathered{}
	for _, it := range d.items {
		switch {
		case it.Param != nil:
			params.add(d.paramSpec(it.Param.Spec, "value", s))
		case it.Artifact != nil:
			artifacts.add(d.artSpec(it.Artifact.Spec, s))
		}
	}
	if params.items != nil {
		d.set(d.sub(workflow, "arguments", params.at), "parameters", params.list())
	}
	if artifacts.items != nil {
		d.set(d.sub(workflow, "arguments", artifacts.at), "artifacts", artifacts.list())
	}
}

// gathered is a list that is put together from several statements.
type gathered struct {
	items []*tree.Node
	at    source.Span
}

func (g *gathered) add(n *tree.Node) {
	g.items = append(g.items, n)
	g.at = union(g.at, n.Span)
}

func (g *gathered) list() *tree.Node { return newList(g.at, g.items...) }

// entry puts a top-level entry where it belongs: an object's own key says so
// itself, keys of ObjectMeta and of CronWorkflowSpec are known, and everything
// else is part of the workflow's spec.
func (d *document) entry(root, spec, workflow *slots, e *Entry) {
	first, rest := e.Key.Parts[0], e.Key.Parts[1:]
	if first.bare() {
		to := map[string]*slots{"metadata": nil, "status": nil, "spec": spec, "workflowSpec": workflow}
		dest, ok := to[first.text()]
		if first.text() == "workflowSpec" && d.kind != "cronWorkflow" {
			ok = false
		}
		switch {
		case ok && dest == nil:
			d.put(root, e.Key.Parts, e.Value, e.at)
			return
		case ok && len(rest) > 0:
			d.put(dest, rest, e.Value, e.at)
			return
		case ok && e.Value.Map != nil:
			for _, inner := range e.Value.Map.Entries {
				d.put(dest, inner.Key.Parts, inner.Value, inner.at)
			}
			return
		}
	}
	switch ownerOf(d.kind, first.text()) {
	case typeMeta:
		d.put(d.sub(root, "metadata", e.at), e.Key.Parts, e.Value, e.at)
	case typeCronSpec:
		d.put(spec, e.Key.Parts, e.Value, e.at)
	default:
		d.put(workflow, e.Key.Parts, e.Value, e.at)
	}
}

// ownerOf is the type that a key at the top of a document of this kind belongs
// to: of those that have it the first. A key of none is misspelt: it goes where
// its nearest neighbour is, so that the finding about it can name that one.
func ownerOf(kind, key string) string {
	owners := []string{typeMeta, typeCronSpec, typeSpec}
	if kind != "cronWorkflow" {
		owners = []string{typeMeta, typeSpec}
	}
	for _, typ := range owners {
		if hasField(typ, key) {
			return typ
		}
	}
	for _, typ := range owners[1:] {
		if _, near := diag.Nearest(key, fieldNames(typ)); near {
			return typ
		}
	}
	if _, near := diag.Nearest(key, fieldNames(typeMeta)); near {
		return typeMeta
	}
	return typeSpec
}

// entrypoint implies the template that runs: main, or else the first.
func (d *document) entrypoint(workflow *slots) {
	if sl := workflow.get("entrypoint"); sl != nil {
		if sl.value != nil && sl.value.Literal == "null" {
			i := workflow.index["entrypoint"]
			workflow.list = append(workflow.list[:i:i], workflow.list[i+1:]...)
		}
		return
	}
	if d.kind != "workflow" && d.kind != "cronWorkflow" {
		return
	}
	name := impliedEntrypoint(d.templates)
	if name == nil {
		return
	}
	sl := &slot{key: newText("entrypoint", name.Span), node: name, at: name.Span}
	workflow.list = append([]*slot{sl}, workflow.list...)
}

// impliedEntrypoint is the name of the template that runs when none is set.
func impliedEntrypoint(templates []*tree.Node) *tree.Node {
	for _, t := range templates {
		if n := t.Get("name"); n.Text() == "main" && n.Kind == tree.String {
			return n
		}
	}
	if len(templates) > 0 {
		if n := templates[0].Get("name"); n != nil && n.Kind == tree.String {
			return n
		}
	}
	return nil
}
