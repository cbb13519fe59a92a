package schema

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
)

// What follows is checked by the API server through the CRD, and by no linter.

// crdField checks the limits of a field.
func (w *walker) crdField(n *tree.Node, f *field, at place) {
	if f.flags&literal != 0 && holdsTag(n.Text()) {
		w.refuse(n.Place(), fmt.Sprintf("the API server takes no {{...}} in %s", at), "write a fixed value")
		return
	}
	if f.flags&noZone != 0 {
		w.crdSchedules(n)
	}
	if f.extra == nil {
		return
	}
	w.crdValues(n, f.extra, at)
	w.crdLimits(n, f.extra, at)
}

func (w *walker) crdValues(n *tree.Node, x *extra, at place) {
	if n.Kind != tree.String || x.values == nil || slices.Contains(x.values, n.Value) {
		return
	}
	if x.by != byCrd && (x.by != byLint || w.unlinted == 0) {
		return
	}
	f := Finding{
		Rule: CrdOnlyConstraint, Span: n.Place(),
		Message: fmt.Sprintf("%s cannot be %q", at, n.Value),
		Help:    "use one of " + quoteAll(slices.DeleteFunc(slices.Clone(x.values), func(v string) bool { return v == "" })),
	}
	if near, ok := diag.Nearest(n.Value, slices.Values(x.values)); ok && n.Alias.IsZero() {
		f = rename(f, near, "did you mean %q?")
	}
	w.report(f)
}

func (w *walker) crdLimits(n *tree.Node, x *extra, at place) {
	switch n.Kind {
	case tree.Int:
		v, err := strconv.ParseInt(n.Value, 10, 64)
		switch {
		case err != nil: // out of range is a wrong type
		case x.hasMin && v < x.min:
			w.refuse(n.Place(), fmt.Sprintf("%s must be at least %d, not %d", at, x.min, v), "")
		case x.hasMax && v > x.max:
			w.refuse(n.Place(), fmt.Sprintf("%s must be at most %d, not %d", at, x.max, v), modeHelp(at))
		}
	case tree.List:
		switch {
		case len(n.Items) < x.minItems:
			w.refuse(at.key.Span, fmt.Sprintf("%s must not be empty", at), "")
		case x.maxItems > 0 && len(n.Items) > x.maxItems:
			w.refuse(Head(n.Items[x.maxItems]), fmt.Sprintf("%s takes at most %d entries, and this is one more", at, x.maxItems), "")
		}
	}
}

// modeHelp explains permissions: 644 without the leading 0 is a decimal number.
func modeHelp(at place) string {
	if at.name == "mode" {
		return "write permissions in octal with a leading 0, such as 0644"
	}
	return ""
}

// crdSchedules refuses a time zone in front of a schedule.
func (w *walker) crdSchedules(n *tree.Node) {
	for _, item := range n.List() {
		if text := item.Text(); strings.HasPrefix(text, "TZ=") || strings.HasPrefix(text, "CRON_TZ=") {
			w.refuse(item.Place(), "the API server takes no time zone in a schedule", `use "timezone"`)
		}
	}
}

// stores are the fields of an artifact of which one may be given.
var stores = []string{"s3", "git", "http", "artifactory", "hdfs", "raw", "oss", "gcs", "azure", "plugin"}

// crdObject checks what an object must and must not have.
func (w *walker) crdObject(n *tree.Node, id typeID, at place) {
	for _, name := range id.object().required {
		if !n.Has(name) {
			w.refuse(keySpan(n, at), fmt.Sprintf("%s lacks %q, which the API server wants", at, name), "add "+name+":")
		}
	}
	switch id {
	case typeArtifact, typeArtifactPaths, typeArtifactLocation:
		w.crdStores(n)
	}
}

func (w *walker) crdStores(n *tree.Node) {
	var first *tree.Entry
	for i := range n.Entries {
		e := &n.Entries[i]
		if !slices.Contains(stores, e.Key.Value) || e.Value.IsNull() {
			continue
		}
		if first == nil {
			first = e
			continue
		}
		w.report(Finding{
			Rule: CrdOnlyConstraint, Span: e.Key.Span,
			Message: fmt.Sprintf("an artifact has one place, and %q is a second one", e.Key.Value),
			Help:    "remove all but one",
			Related: []diag.Related{{Span: first.Key.Span, Message: "the first one"}},
		})
	}
}

func keySpan(n *tree.Node, at place) source.Span {
	if at.key != nil && !at.item {
		return at.key.Span
	}
	return Head(n)
}

func (w *walker) refuse(span source.Span, message, help string) {
	w.report(Finding{Rule: CrdOnlyConstraint, Span: span, Message: message, Help: help})
}
