package schema

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/tree"
)

// wanted says what a scalar type wants.
var wanted = [firstObject]string{
	typeString: "text", typeBool: "true or false",
	typeInt32: "a whole number", typeInt64: "a whole number", typeUint64: "a whole number",
	typeIntOrString: "a whole number or text", typeQuantity: "a quantity",
	typeTime: "a time", typeBase64: "base64 text", typePlugin: "a map",
}

// kindNames are the kinds of node as a person would call them.
var kindNames = [...]string{
	tree.Invalid: "nothing", tree.Map: "a map", tree.List: "a list", tree.String: "text",
	tree.Int: "a number", tree.Float: "a number", tree.Bool: "a boolean", tree.Null: "nothing",
}

// scalar checks a value that is no object.
func (w *walker) scalar(n *tree.Node, id typeID, at place) {
	if n.IsNull() {
		return
	}
	switch id {
	case typeItem, typeAmount, typeRaw:
	case typeString:
		if n.Kind != tree.String {
			w.notText(n, at)
		}
	case typeAnyString:
		if n.Kind == tree.Map || n.Kind == tree.List {
			w.notScalar(n, at)
		}
	case typePlugin:
		w.plugin(n, at)
	case typeTime, typeBase64:
		w.encoded(n, id, at)
	default:
		w.typed(n, id, at)
	}
}

// typed checks a value that the reference decodes as something other than text.
func (w *walker) typed(n *tree.Node, id typeID, at place) {
	if n.Kind == tree.String && id != typeIntOrString && holdsTag(n.Value) {
		if !w.opts.Templates {
			w.template(n, id, at)
		}
		return
	}
	switch id {
	case typeBool:
		if n.Kind != tree.Bool {
			w.unquotable(n, at, wanted[id], n.Value == "true" || n.Value == "false")
		}
	case typeQuantity:
		w.quantity(n, at)
	case typeIntOrString:
		if n.Kind != tree.String {
			w.integer(n, typeInt32, at)
		}
	default:
		w.integer(n, id, at)
	}
}

func holdsTag(text string) bool {
	if !strings.Contains(text, "{{") {
		return false
	}
	tags, _ := expr.Tags(text)
	return len(tags) > 0
}

// integer checks a whole number of the type's size.
func (w *walker) integer(n *tree.Node, id typeID, at place) {
	if n.Kind != tree.Int && n.Kind != tree.Float {
		w.unquotable(n, at, wanted[id], fits(n.Value, id))
		return
	}
	if fits(n.Value, id) {
		return
	}
	message := fmt.Sprintf("%s must be a whole number, not %s", at, n.Value)
	if strings.Trim(n.Value, "0123456789-") == "" {
		message = fmt.Sprintf("%s is out of range for %s, which takes %s", n.Value, at, ranges[id])
	}
	w.report(Finding{Rule: WrongType, Span: n.Place(), Message: message})
}

var ranges = [firstObject]string{
	typeInt32: "-2147483648 to 2147483647", typeInt64: "numbers of 64 bits", typeUint64: "numbers from 0 on",
}

func fits(text string, id typeID) bool {
	var err error
	switch id {
	case typeInt32:
		_, err = strconv.ParseInt(text, 10, 32)
	case typeUint64:
		_, err = strconv.ParseUint(text, 10, 64)
	default:
		_, err = strconv.ParseInt(text, 10, 64)
	}
	return err == nil
}

// unquotable reports a value of the wrong type, which removing its quotes
// would mend if inner says so.
func (w *walker) unquotable(n *tree.Node, at place, want string, inner bool) {
	f := w.mismatch(n, at, want)
	if inner && n.Kind == tree.String && (n.Style == tree.SingleQuoted || n.Style == tree.DoubleQuoted) {
		f.Help = "remove the quotes"
		f.Fixes = []diag.Fix{{Title: f.Help, Safe: true, Edits: []diag.Edit{{Span: n.Span, New: n.Value}}}}
	}
	w.report(f)
}

// notText reports a value that should be text. Quotes mend a number or boolean.
func (w *walker) notText(n *tree.Node, at place) {
	f := w.mismatch(n, at, "text")
	switch items := n.List(); {
	case len(items) == 1 && items[0].Kind == tree.String:
		f.Help = "write the one entry of the list in its place"
	case !n.IsScalar():
		f.Help = "write one value; JSON is one in single quotes"
	}
	if written := n.Span.Text(); n.IsScalar() && n.Style == tree.Plain && !strings.ContainsAny(written, "\"\\\n") && written != "" {
		quoted := `"` + written + `"`
		f.Help = "put it in quotes: " + quoted
		if n.Kind == tree.Bool && written != "true" && written != "false" {
			f.Help = fmt.Sprintf("YAML reads %s as %s; put it in quotes: %s", written, n.Value, quoted)
		}
		f.Fixes = []diag.Fix{{Title: "put " + written + " in quotes", Safe: true, Edits: []diag.Edit{{Span: n.Span, New: quoted}}}}
	}
	w.report(f)
}

func (w *walker) notScalar(n *tree.Node, at place) {
	w.report(Finding{
		Rule: NonScalarParameterValue, Span: Head(n),
		Message: fmt.Sprintf("%s is %s, which becomes the empty text", at, kindNames[n.Kind]),
		Help:    `write it as JSON text, in a block that begins with "|" or in single quotes`,
	})
}

// wrongType reports a value of the wrong type.
func (w *walker) wrongType(n *tree.Node, at place, want, help string) {
	f := w.mismatch(n, at, want)
	f.Help = help
	w.report(f)
}

func (w *walker) mismatch(n *tree.Node, at place, want string) Finding {
	return Finding{
		Rule: WrongType, Span: Head(n),
		Message: fmt.Sprintf("%s must be %s, not %s", at, want, kindNames[n.Kind]),
	}
}

// notAList reports a single value where a list is wanted.
func (w *walker) notAList(n *tree.Node, at place) {
	f := w.mismatch(n, at, "a list")
	switch {
	case at.name == "withItems" && holdsTag(n.Text()):
		f.Help = `use "withParam" for a list that is known only when the workflow runs`
	case n.Kind == tree.Map:
		f.Help = `begin the entry with a dash: "- "`
	case n.IsScalar() && n.Span == firstLine(n.Span) && n.Alias.IsZero():
		wrapped := "[" + n.Span.Text() + "]"
		f.Help = "write " + wrapped
		f.Fixes = []diag.Fix{{Title: f.Help, Edits: []diag.Edit{{Span: n.Span, New: wrapped}}}}
	}
	w.report(f)
}

// template reports {{...}} where the reference decodes before it fills in.
func (w *walker) template(n *tree.Node, id typeID, at place) {
	f := Finding{
		Rule: TypedFieldTemplate, Span: n.Place(),
		Message: fmt.Sprintf("Argo takes no {{...}} in %s: it must be %s before anything is filled in", at, wanted[id]),
		Help:    `write a fixed value, or run the workflow with weft and set "target: weft" in weft.yaml`,
	}
	if w.insidePod() {
		f.Help = `set it through "podSpecPatch", where {{...}} is filled in first, or run the workflow with weft and set "target: weft" in weft.yaml`
	}
	w.report(f)
}

// insidePod reports whether the walk is inside a part of a Pod.
func (w *walker) insidePod() bool {
	for _, f := range w.above {
		if name := f.typ.object().name; strings.HasPrefix(name, "core.") {
			return name != "core.PersistentVolumeClaim"
		}
		switch f.typ {
		case typeScriptTemplate, typeUserContainer, typeContainerNode:
			return true
		}
	}
	return false
}

func (w *walker) plugin(n *tree.Node, at place) {
	if n.Kind != tree.Map {
		w.wrongType(n, at, wanted[typePlugin], "")
		return
	}
	if len(n.Entries) == 1 {
		return
	}
	span := at.key.Span
	if len(n.Entries) > 1 {
		span = n.Entries[1].Key.Span
	}
	w.report(Finding{
		Rule: PluginKeyCount, Span: span,
		Message: fmt.Sprintf("%s must have exactly one key, the name of the plugin, and has %d", at, len(n.Entries)),
		Help:    "use one template per plugin",
	})
}

// encoded checks text with a format that is decoded on reading.
func (w *walker) encoded(n *tree.Node, id typeID, at place) {
	if n.Kind != tree.String {
		w.notText(n, at)
		return
	}
	var err error
	help := "write it as 2006-01-02T15:04:05Z"
	if id == typeTime {
		_, err = time.Parse(time.RFC3339, n.Value)
	} else {
		_, err = base64.StdEncoding.DecodeString(n.Value)
		help = "encode the bytes with base64"
	}
	if err != nil {
		w.report(Finding{
			Rule: WrongType, Span: firstLine(n.Place()),
			Message: fmt.Sprintf("%s must be %s", at, wanted[id]), Help: help,
		})
	}
}

// quantity checks an amount of cpu, memory and the like.
func (w *walker) quantity(n *tree.Node, at place) {
	if n.Kind == tree.Map || n.Kind == tree.List {
		w.wrongType(n, at, wanted[typeQuantity], "")
		return
	}
	if _, err := resource.ParseQuantity(strings.TrimSpace(n.Value)); err == nil {
		return
	}
	f := Finding{
		Rule: QuantityInvalid, Span: n.Place(),
		Message: fmt.Sprintf("%q is not a quantity", n.Value),
		Help:    "write a number with a unit, such as 500m, 2, 128Mi or 1Gi",
	}
	if near, ok := nearQuantity(n.Value); ok && n.Alias.IsZero() {
		f.Help = fmt.Sprintf("did you mean %q?", near)
		f.Fixes = []diag.Fix{{Title: "write " + near, Edits: []diag.Edit{{Span: n.Span, New: near}}}}
	}
	w.report(f)
}

// units are what people write, in lower case, and what Kubernetes calls it.
var units = []struct{ written, unit string }{
	{"kb", "k"}, {"mb", "M"}, {"gb", "G"}, {"tb", "T"},
	{"kib", "Ki"}, {"mib", "Mi"}, {"gib", "Gi"}, {"tib", "Ti"},
	{"ki", "Ki"}, {"mi", "Mi"}, {"gi", "Gi"}, {"ti", "Ti"},
	{"k", "k"}, {"g", "G"}, {"t", "T"}, {"b", ""},
}

func nearQuantity(text string) (string, bool) {
	text = strings.TrimSpace(text)
	number := strings.TrimRight(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
	unit := strings.ToLower(text[len(number):])
	number = strings.TrimSpace(number)
	for _, u := range units {
		if u.written == unit {
			_, err := resource.ParseQuantity(number + u.unit)
			return number + u.unit, err == nil
		}
	}
	return "", false
}
