package weft

import (
	"slices"
	"strings"

	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
)

// Raising, the inverse of lowering. Each function either finds that a node has
// exactly the shape that its sugar lowers to, or says so and leaves it to the
// raw form around it. What shapes cannot tell (a check that would fail, two
// things of one name) is found by compiling the outcome: see Convert.

// Convert writes documents as one .weft file. Compiled again, each document
// comes back equal as JSON, but for white space inside when and depends; a
// document for which that fails is written plainer, at worst as a manifest.
func Convert(docs []*tree.Document) []byte {
	f := &File{}
	for _, d := range docs {
		if d.Root == nil {
			continue
		}
		part := raiseFaithfully(d)
		f.Items = append(f.Items, part.Items...)
		f.foot = append(f.foot, part.foot...)
	}
	return Print(f)
}

// plainness says which sugar to leave out.
type plainness uint8

const (
	plainNothing   plainness = iota
	plainEnums               // no declared types, which are checked
	plainTemplates           // raw templates
	plainDocument            // a manifest
)

// raiseFaithfully raises d at the first level that compiles back to it.
func raiseFaithfully(d *tree.Document) *File {
	for level := plainNothing; level < plainDocument; level++ {
		f := raise(d, level)
		if f == nil {
			break
		}
		text := Print(f)
		parsed, diags := Parse(source.NewFile("converted.weft", string(text)))
		if diags.Len() > 0 {
			continue
		}
		docs, diags := Lower(parsed, Options{})
		if !hasErrors(diags) && len(docs) == 1 && sameDocument(docs[0].Root, d.Root) {
			return f
		}
	}
	f := raise(d, plainDocument)
	return f
}

// raiser turns one document into items.
type raiser struct {
	doc     *tree.Document
	plain   plainness
	kind    string // header word
	unit    *unit  // what the document declares, as lowering will see it
	items   []*Item
	aliases map[string]string // of imports: "kind name" to alias
}

func raise(d *tree.Document, plain plainness) *File {
	r := &raiser{doc: d, plain: plain, aliases: map[string]string{}}
	if plain == plainDocument || !r.document() {
		r.items = []*Item{{Manifest: &Manifest{Map: r.verbatim(d.Root)}, Node: Node{at: d.Root.Span}}}
	}
	f := &File{Items: r.items}
	attach(f, d.Comments)
	return f
}

// name writes text as a name.
func name(text string) *Name {
	if isIdent(text) {
		return &Name{Literal: text}
	}
	return quotedName(text)
}

func quotedName(text string) *Name { return &Name{Literal: `"` + escape(text) + `"`} }

// nameAt is name for a key or text that is in the document.
func nameAt(n *tree.Node) *Name {
	out := name(n.Value)
	out.at = n.Place()
	return out
}

func rawText(text string) *Value { return &Value{Literal: quote(text)} }

// document raises one of the four kinds; false means a manifest.
func (r *raiser) document() bool {
	root := r.doc.Root
	for _, e := range root.Entries {
		if !slices.Contains([]string{"apiVersion", "kind", "metadata", "spec", "status"}, e.Key.Value) {
			return false
		}
	}
	if root.Kind != tree.Map || !isString(root.Get("apiVersion"), apiVersion) || !isString(root.Get("kind"), root.Get("kind").Text()) {
		return false
	}
	for word, kind := range documentKinds {
		if kind == root.Get("kind").Value {
			r.kind = word
		}
	}
	spec := root.Get("spec")
	workflow := spec
	if r.kind == "cronWorkflow" {
		workflow = spec.Get("workflowSpec")
	}
	if r.kind == "" || spec == nil || workflow == nil || spec.Kind != tree.Map || workflow.Kind != tree.Map {
		return false
	}
	r.unit = declaredBy(workflow)
	r.header(root)
	r.metadata(root)
	if r.kind == "cronWorkflow" {
		for _, e := range spec.Entries {
			if e.Key.Value != "workflowSpec" {
				r.entry("spec", e, ownerOf(r.kind, e.Key.Value) == typeCronSpec, place{Type: typeCronSpec})
			}
		}
	}
	r.workflow(workflow)
	if e := root.Entry("status"); e != nil {
		r.items = append(r.items, &Item{Entry: r.keyed([]string{"status"}, *e, place{})})
	}
	return true
}

func isString(n *tree.Node, text string) bool {
	return n != nil && n.Kind == tree.String && n.Value == text
}

// declaredBy finds the names that a workflow spec declares, without types.
func declaredBy(workflow *tree.Node) *unit {
	u := &unit{params: map[string]declared{}, templates: map[string][]param{}, imports: map[string]*linked{}, broken: map[string]bool{}}
	for _, p := range workflow.At("arguments", "parameters").List() {
		u.params[p.Get("name").Text()] = declared{}
	}
	for _, t := range workflow.Get("templates").List() {
		if n := t.Get("name").Text(); n != "" {
			u.templates[n] = nil
			u.names = append(u.names, n)
		}
	}
	return u
}

// header writes the kind and, if it fits there, the name of the document.
func (r *raiser) header(root *tree.Node) {
	h := &Header{Kind: r.kind}
	version, kind := root.Entry("apiVersion"), root.Entry("kind")
	at := union(version.Key.Span, version.Value.Place())
	if len(root.Entries) > 1 && root.Entries[0].Key == version.Key && root.Entries[1].Key == kind.Key {
		at = union(at, kind.Value.Place())
	}
	if key := headerKey(root.Get("metadata")); key != "" {
		h.Name = name(root.At("metadata", key).Value)
	}
	r.items = append(r.items, &Item{Header: h, Node: Node{at: at}})
}

// headerKey is the key of metadata that the header takes over.
func headerKey(meta *tree.Node) string {
	if meta == nil || meta.Kind != tree.Map {
		return ""
	}
	if n := meta.Get("name"); n != nil && n.Kind == tree.String && n.Value != "" && !strings.HasSuffix(n.Value, "-") {
		return "name"
	}
	if n := meta.Get("generateName"); n != nil && n.Kind == tree.String && strings.HasSuffix(n.Value, "-") {
		return "generateName"
	}
	return ""
}

func (r *raiser) metadata(root *tree.Node) {
	e := root.Entry("metadata")
	if e == nil {
		return
	}
	if e.Value.Kind != tree.Map || len(e.Value.Entries) == 0 {
		r.items = append(r.items, &Item{Entry: r.keyed([]string{"metadata"}, *e, place{})})
		return
	}
	skip := headerKey(e.Value)
	for _, m := range e.Value.Entries {
		if m.Key.Value != skip {
			r.entry("metadata", m, hasField(typeMeta, m.Key.Value) && m.Key.Value != "name" && m.Key.Value != "generateName", place{Type: typeMeta})
		}
	}
}

// reservedItems are words that mean something at the top level.
var reservedItems = []string{"import", "manifest", "param", "artifact", "on", "metadata", "spec", "workflowSpec", "status"}

// entry writes a top-level entry: plain if lowering puts it in the right
// place by itself, else behind the name of that place.
func (r *raiser) entry(where string, e tree.Entry, plain bool, p place) {
	key := e.Key.Value
	_, isKind := kinds[key]
	_, isHeader := documentKinds[key]
	path := []string{key}
	if !plain || slices.Contains(reservedItems, key) || isHeader || isKind && e.Value.Kind == tree.Map {
		path = []string{where, key}
	}
	r.items = append(r.items, &Item{Entry: r.keyedIn(path, e, p, r.scope())})
}

func (r *raiser) scope() *scope { return &scope{unit: r.unit} }

// workflow raises the spec of a workflow.
func (r *raiser) workflow(spec *tree.Node) {
	where := "spec"
	if r.kind == "cronWorkflow" {
		where = "workflowSpec"
	}
	var templates []*Item
	var args, hooks []*Item
	implied := r.impliedEntrypoint(spec)
	if implied != nil && spec.Entry("entrypoint") == nil {
		r.items = append(r.items, &Item{Entry: &Entry{Key: &Key{Parts: []*Name{name("entrypoint")}}, Value: &Value{Literal: "null"}}})
	}
	for _, e := range spec.Entries {
		switch e.Key.Value {
		case "entrypoint":
			if implied != nil && isString(e.Value, implied.Value) {
				continue
			}
		case "arguments":
			if items, ok := r.arguments(e.Value); ok {
				args = items
				continue
			}
		case "hooks":
			if items, ok := r.topHooks(e.Value); ok {
				hooks = items
				continue
			}
		case "templates":
			if items, ok := r.templates(e.Value); ok {
				templates = items
				continue
			}
		}
		r.entry(where, e, ownerOf(r.kind, e.Key.Value) == typeSpec, place{Type: typeSpec})
	}
	r.items = append(append(append(r.items, hooks...), args...), templates...)
	r.items = slices.Insert(r.items, 1, r.imports()...)
}

func (r *raiser) impliedEntrypoint(spec *tree.Node) *tree.Node {
	if r.kind != "workflow" && r.kind != "cronWorkflow" {
		return nil
	}
	return impliedEntrypoint(spec.Get("templates").List())
}

// arguments raises the arguments of a document to statements.
func (r *raiser) arguments(n *tree.Node) (out []*Item, ok bool) {
	params, artifacts, ok := declarations(n)
	if !ok {
		return nil, false
	}
	for _, p := range params {
		spec, ok := r.paramSpec(p, "value", r.scope())
		if !ok {
			return nil, false
		}
		out = append(out, &Item{Param: &Param{Spec: spec}})
	}
	for _, a := range artifacts {
		out = append(out, &Item{Artifact: &Artifact{Spec: r.artSpec(a, r.scope())}})
	}
	return out, true
}

func (r *raiser) topHooks(n *tree.Node) (out []*Item, ok bool) {
	if n.Kind != tree.Map || len(n.Entries) == 0 {
		return nil, false
	}
	for _, e := range n.Entries {
		h, ok := r.hook(e, r.scope())
		if !ok {
			return nil, false
		}
		out = append(out, &Item{Hook: h, Node: Node{at: union(e.Key.Span, e.Value.Place())}})
	}
	return out, true
}

func (r *raiser) templates(n *tree.Node) (out []*Item, ok bool) {
	if n.Kind != tree.List || len(n.Items) == 0 {
		return nil, false
	}
	for _, t := range n.Items {
		if t.Kind != tree.Map {
			return nil, false
		}
		out = append(out, r.template(t))
	}
	return out, true
}

// alias returns the name under which a WorkflowTemplate is called, importing
// it on first use.
func (r *raiser) alias(kind, of string) string {
	key := kind + " " + of
	if a, ok := r.aliases[key]; ok {
		return a
	}
	alias := of
	if !isIdent(alias) {
		alias = strings.Map(func(c rune) rune {
			if c < 0x80 && isIdentPart(byte(c)) {
				return c
			}
			return '-'
		}, of)
		if !isIdent(alias) {
			alias = "t" + alias
		}
	}
	for base, n := alias, 2; slices.ContainsFunc(r.order(), func(k string) bool { return r.aliases[k] == alias }); n++ {
		alias = base + "-" + string(rune('0'+n%10))
	}
	r.aliases[key] = alias
	return alias
}

// order is the imports in a stable order.
func (r *raiser) order() []string {
	keys := make([]string, 0, len(r.aliases))
	for k := range r.aliases {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func (r *raiser) imports() (out []*Item) {
	for _, k := range r.order() {
		kind, of, _ := strings.Cut(k, " ")
		im := &Import{Kind: kind, Name: name(of)}
		if alias := r.aliases[k]; alias != of {
			im.Alias = name(alias)
		}
		out = append(out, &Item{Import: im})
	}
	return out
}
