package weft

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
)

// library is what an imported file brings along. Only templates that are
// called are copied, under the name ALIAS-TEMPLATE, and so is what they call.
type library struct {
	lowerer *lowerer
	items   map[string]*Item // templates by name
	needed  []string         // templates to copy, each once, in the order of use
	done    int              // how many of needed are copied
	params  map[string]bool  // document parameters that its templates use
	at      source.Span      // the import by which a document comes to it
}

func (lib *library) need(name string) {
	if !slices.Contains(lib.needed, name) {
		lib.needed = append(lib.needed, name)
	}
}

// importItem declares the alias of an import.
func (l *lowerer) importItem(it *Item, u *unit) {
	im := it.Import
	alias, at := im.Name.text(), im.Name.at
	switch {
	case im.Alias != nil:
		alias, at = im.Alias.text(), im.Alias.at
	case im.Kind == "":
		alias = strings.TrimSuffix(path.Base(alias), ".weft")
	}
	if u.imports[alias] != nil {
		l.errorf(RuleDuplicate, at, "give one of them another alias: as NAME", "two imports are called %q", alias)
		return
	}
	to := &linked{kind: im.Kind, name: im.Name.text()}
	if im.Kind == "" {
		to.unit = l.importFile(im, alias, u)
		if to.unit == nil {
			u.broken = withName(u.broken, alias)
			return
		}
	}
	u.imports[alias] = to
}

func withName(names map[string]bool, name string) map[string]bool {
	out := maps.Clone(names)
	out[name] = true
	return out
}

// importFile reads a .weft file and declares its templates.
func (l *lowerer) importFile(im *Import, alias string, into *unit) *unit {
	if l.opts.Load == nil {
		l.errorf(RuleImport, im.Name.at, "compile from files", "files cannot be imported here")
		return nil
	}
	if im.Name.bare() && slices.Contains(headerNames, im.Name.text()) {
		l.errorf(RuleImport, im.Name.at, wanting["import"], "the import does not say which %s", im.Name.text())
		return nil
	}
	if path.Ext(im.Name.text()) != ".weft" {
		l.errorf(RuleImport, im.Name.at, "turn it into .weft with weft convert, or call what is in the cluster: import workflowTemplate NAME", "%q is no .weft file", im.Name.text())
		return nil
	}
	f, err := l.opts.Load(im.Name.text(), l.file.Source)
	if err != nil {
		l.errorf(RuleImport, im.Name.at, "the path is relative to this file", "cannot read %q: %v", im.Name.text(), err)
		return nil
	}
	if l.loading[f.Name] {
		l.errorf(RuleImport, im.Name.at, "", "%q imports itself", f.Name)
		return nil
	}
	file, diags := Parse(f)
	l.diags.Append(diags)
	l.damage.add(file.damage)
	loading := maps.Clone(l.loading)
	loading[f.Name] = true
	sub := &lowerer{file: file, opts: l.opts, diags: l.diags, damage: l.damage, loading: loading}
	groups := sub.groups()
	if len(groups) == 0 {
		return &unit{broken: file.broken, library: &library{lowerer: sub}}
	}
	lib := &library{lowerer: sub, items: map[string]*Item{}, params: map[string]bool{}, at: im.Name.at}
	if into.library != nil {
		lib.at = into.library.at
	}
	for _, it := range groups[0].items {
		if it.Template != nil && it.Template.Name != nil {
			lib.items[it.Template.Name.text()] = it
		}
	}
	return sub.declareAs(groups[0].items, into.prefix+alias+"-", lib)
}

// importedCall sets what "alias.template(...)" calls and returns its
// parameters as far as they are known.
func (l *lowerer) importedCall(m *slots, c *Call, s *scope) []param {
	alias, name := c.Callee[0], c.Callee[1]
	to := s.imports[alias.text()]
	if to == nil {
		l.unknownCall(m, c)
		if !s.broken[alias.text()] {
			e := &nameError{rule: RuleUnknownName, message: fmt.Sprintf("nothing is imported as %q", alias.text()), help: "write import workflowTemplate NAME as " + alias.text()}
			if near, ok := nearestSorted(alias.text(), slices.Collect(maps.Keys(s.imports))); ok {
				e.near, e.help = near, didYouMean(near)
			}
			l.reportName(e, alias.at, false)
		}
		return nil
	}
	if to.unit == nil {
		ref := newMap(c.at, entryOf("name", newText(to.name, alias.at)), entryOf("template", nameNode(name)))
		if to.kind == "clusterWorkflowTemplate" {
			ref.Entries = append(ref.Entries, entryOf("clusterScope", &tree.Node{Kind: tree.Bool, Value: "true", Span: alias.at}))
		}
		l.set(m, "templateRef", ref)
		return nil
	}
	if _, ok := to.unit.templates[name.text()]; !ok {
		l.unknownCall(m, c)
		if to.unit.broken[name.text()] {
			return nil
		}
		e := &nameError{rule: RuleUnknownName, message: fmt.Sprintf("%q has no template %q", alias.text(), name.text())}
		if near, ok := nearest(name.text(), to.unit.names); ok {
			e.near, e.help = near, didYouMean(near)
		}
		l.reportName(e, name.at, false)
		return nil
	}
	to.unit.library.need(name.text())
	l.set(m, "template", newText(to.unit.prefix+name.text(), name.at))
	return to.unit.templates[name.text()]
}

// unknownCall sets that something is called, of which nobody knows what it is.
func (l *lowerer) unknownCall(m *slots, c *Call) {
	l.doubt(c.at)
	l.set(m, "template", newText(calleeText(c), c.at))
}

// importedTemplates copies what is called from imported files.
func (d *document) importedTemplates() {
	var libs []*unit
	var list func(u *unit)
	list = func(u *unit) {
		for _, alias := range slices.Sorted(maps.Keys(u.imports)) {
			if in := u.imports[alias].unit; in != nil {
				libs = append(libs, in)
				list(in)
			}
		}
	}
	list(d.unit)
	for again := true; again; {
		again = false
		for _, u := range libs {
			again = d.copyNeeded(u) || again
		}
	}
	for _, u := range libs {
		for _, p := range slices.Sorted(maps.Keys(u.library.params)) {
			if _, ok := d.params[p]; !ok {
				d.diags.Add(diag.Diagnostic{
					Rule: RuleImport, Severity: diag.Error, Span: u.library.at,
					Message: fmt.Sprintf("the imported templates use the document parameter %q, which is not declared here", p),
					Help:    fmt.Sprintf("add param %s", p),
				})
				d.doubt(u.paramAt(p))
			}
		}
	}
}

// paramAt is where a library declares a document parameter.
func (u *unit) paramAt(name string) source.Span {
	for _, it := range u.library.lowerer.file.Items {
		if it.Param != nil && it.Param.Spec.Name.text() == name {
			return it.Param.Spec.Name.at
		}
	}
	return source.Span{}
}

// copyNeeded lowers the templates of u that are called and not yet copied.
func (d *document) copyNeeded(u *unit) (some bool) {
	lib := u.library
	for ; lib.done < len(lib.needed); lib.done++ {
		it := lib.items[lib.needed[lib.done]]
		if it == nil {
			continue
		}
		some = true
		t := it.Template
		if _, taken := d.unit.templates[u.prefix+t.Name.text()]; taken {
			d.errorf(RuleDuplicate, lib.at, "import it under another alias", "template %q is declared here and imported as well", u.prefix+t.Name.text())
		}
		d.templates = append(d.templates, lib.lowerer.templateBody(t.Kind, t.Name, t.Sig, t.Body, it.at, &scope{unit: u}))
	}
	return some
}
