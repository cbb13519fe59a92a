package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
)

// unknown reports a key that names no field. It returns the field that was
// meant when the key is written in another case: its value is worth checking.
func (w *walker) unknown(e *tree.Entry, o *object) *field {
	key := e.Key.Value
	meant, at := o.folded(key), w.above[len(w.above)-1].at
	f := w.suggest(e, o)
	switch {
	case w.lenient == 0:
		f.Rule, f.Message = UnknownField, fmt.Sprintf("unknown field %q in %s", key, at)
	case meant != nil:
		f.Rule, f.Message = UnknownFieldUnderSteps, fmt.Sprintf("Argo's linter takes %q in %s for %q, the API server drops it", key, at, meant.name)
	default:
		f.Rule, f.Message = UnknownFieldUnderSteps, fmt.Sprintf("unknown field %q in %s, which Argo drops silently", key, at)
	}
	w.report(f)
	return meant
}

func (w *walker) unknownStepField(e *tree.Entry, o *object) {
	f := w.suggest(e, o)
	f.Rule, f.Message = UnknownStepField, fmt.Sprintf("unknown field %q in a step", e.Key.Value)
	w.report(f)
}

// folded returns the field that is called name but for upper and lower case.
func (o *object) folded(name string) *field {
	for i := range o.fields {
		if strings.EqualFold(o.fields[i].name, name) {
			return &o.fields[i]
		}
	}
	return nil
}

// suggest makes a finding about an unknown key with the best way out there is.
// What the user has written beside the key counts more than what the API
// allows: "resources" beside "container" belongs into it, and is no slip of
// "resource".
func (w *walker) suggest(e *tree.Entry, o *object) Finding {
	f := Finding{Span: e.Key.Span}
	key, owner := e.Key.Value, w.above[len(w.above)-1]
	if meant := o.folded(key); meant != nil {
		if owner.node.Entry(meant.name) != nil {
			f.Help = fmt.Sprintf("%q is there already; remove this one", meant.name)
			return f
		}
		return rename(f, meant.name, "names of fields are case-sensitive: write %q")
	}
	if r := removedField(owner.typ, key); r != nil {
		f.Help = fmt.Sprintf("the field is gone since version 4: use %q", r.now)
		f.Fixes = r.migrate(e, owner.node)
		return f
	}
	if child := holder(o, key, owner.node); child != "" {
		f.Help = fmt.Sprintf("it belongs under %q", child)
		return f
	}
	if near, ok := nearest(key, w.absent(o, owner.node)); ok {
		return rename(f, near, "did you mean %q?")
	}
	if help := w.elsewhere(o, key); help != "" {
		f.Help = help
		return f
	}
	f.Help = known(o)
	return f
}

// nearest is the absent field that key is a slip of, or else a part of:
// "fail" of "failed", "templateRef" of "workflowTemplateRef".
func nearest(key string, absent []string) (string, bool) {
	if near, ok := diag.Nearest(key, slices.Values(absent)); ok || len(key) < 4 {
		return near, ok
	}
	part := strings.ToLower(key)
	for _, name := range absent {
		whole := strings.ToLower(name)
		if strings.HasPrefix(whole, part) || strings.HasSuffix(whole, part) {
			return name, true
		}
	}
	return "", false
}

func rename(f Finding, to, help string) Finding {
	f.Help = fmt.Sprintf(help, to)
	f.Fixes = []diag.Fix{{Title: "write " + to, Edits: []diag.Edit{{Span: f.Span, New: to}}}}
	return f
}

// holder returns the name of a field of o that is present in n, or that may be
// present if n is nil, and whose objects have a field called key.
func holder(o *object, key string, n *tree.Node) string {
	for i := range o.fields {
		f := &o.fields[i]
		if f.typ < firstObject || f.typ.object().field(key) == nil {
			continue
		}
		if n == nil || n.Has(f.name) {
			return f.name
		}
	}
	return ""
}

// elsewhere says where a key belongs that fits nothing here.
func (w *walker) elsewhere(o *object, key string) string {
	if child := holder(o, key, nil); child != "" {
		return fmt.Sprintf("it belongs under %q", child)
	}
	for i := len(w.above) - 2; i >= 0; i-- {
		outer := w.above[i]
		if outer.typ.object().field(key) == nil {
			continue
		}
		for _, e := range outer.node.Entries {
			if holds(e.Value, w.above[len(w.above)-1].node) {
				return fmt.Sprintf("it belongs beside %q, further out", e.Key.Value)
			}
		}
	}
	return ""
}

// holds reports whether inner is n or below it.
func holds(n, inner *tree.Node) bool {
	for m := range n.All() {
		if m == inner {
			return true
		}
	}
	return false
}

// absent are the fields of o that n does not have. They are remembered, since n
// may hold one unknown key after the other.
func (w *walker) absent(o *object, n *tree.Node) []string {
	if w.lacking.node != n || w.lacking.object != o {
		w.lacking.node, w.lacking.object, w.lacking.names = n, o, nil
		for name := range o.names() {
			if n.Entry(name) == nil {
				w.lacking.names = append(w.lacking.names, name)
			}
		}
	}
	return w.lacking.names
}

// known lists the fields of small types.
func known(o *object) string {
	switch names := slices.Collect(o.names()); {
	case len(names) == 0:
		return "there are no fields here: write {}"
	case len(names) <= 12:
		return "known fields are " + quoteAll(names)
	}
	return ""
}

func quoteAll(names []string) string {
	var b strings.Builder
	for i, name := range names {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%q", name)
	}
	return b.String()
}
