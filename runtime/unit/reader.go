package unit

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/yaml"
	"github.com/weft-lang/weft/runtime/engine"
)

// reader reads the tree of a test file, and says at which place it is wrong.
type reader struct{ found *diag.List }

func (r *reader) fault(at source.Span, help, format string, args ...any) {
	r.found.Add(diag.Diagnostic{
		Rule: RuleTestFile, Severity: diag.Error, Span: at, Message: fmt.Sprintf(format, args...), Help: help,
	})
}

// fields reads a map whose keys are known.
func (r *reader) fields(n *tree.Node, what string, known map[string]func(*tree.Node)) {
	if n == nil || n.Kind != tree.Map {
		r.kind(n, what+" is a map of names and values")
		return
	}
	for _, e := range n.Entries {
		read, ok := known[e.Key.Value]
		if !ok {
			r.fault(e.Key.Place(), diag.DidYouMean(e.Key.Value, slices.Values(slices.Sorted(maps.Keys(known)))),
				"%s has no field %q", what, e.Key.Value)
			continue
		}
		if !e.Value.IsNull() {
			read(e.Value)
		}
	}
}

func (r *reader) kind(n *tree.Node, want string) {
	if n == nil {
		return
	}
	r.fault(n.Place(), "", "%s, not %s", want, n.Kind)
}

// values reads a map of the user's own names.
func (r *reader) values(n *tree.Node, f func(key, value *tree.Node)) {
	if n.Kind != tree.Map {
		r.kind(n, "this is a map of names and values")
		return
	}
	for _, e := range n.Entries {
		f(e.Key, e.Value)
	}
}

func (r *reader) each(n *tree.Node, f func(*tree.Node)) {
	if n.Kind != tree.List {
		r.kind(n, "this is a list")
		return
	}
	for _, item := range n.Items {
		f(item)
	}
}

// texts reads one text or a list of them.
func (r *reader) texts(n *tree.Node) (all []*tree.Node) {
	if n.IsScalar() {
		return []*tree.Node{n}
	}
	r.each(n, func(n *tree.Node) {
		if s := r.scalar(n); s != nil {
			all = append(all, s)
		}
	})
	return all
}

func (r *reader) scalar(n *tree.Node) *tree.Node {
	if !n.IsScalar() {
		r.kind(n, "this is a text")
		return nil
	}
	return n
}

func (r *reader) text(n *tree.Node) string { return r.scalar(n).Text() }

func (r *reader) number(n *tree.Node) int {
	i, err := strconv.Atoi(r.text(n))
	if err != nil || n.Kind != tree.Int {
		r.kind(n, "this is a whole number")
	}
	return i
}

func (r *reader) isTrue(n *tree.Node) bool {
	if n.Kind != tree.Bool {
		r.kind(n, "this is true or false")
	}
	return n.Value == "true"
}

func (r *reader) duration(n *tree.Node) time.Duration {
	d, problem := expr.ParseDuration(r.text(n))
	if problem != nil {
		r.fault(n.Place(), "", "%q is no duration", n.Text())
	}
	return d
}

func (r *reader) phase(n *tree.Node) engine.Phase {
	var p engine.Phase
	if err := p.UnmarshalText([]byte(r.text(n))); err != nil || p == engine.NoPhase {
		names := map[string]bool{}
		for p := engine.Pending; p <= engine.Omitted; p++ {
			names[p.String()] = true
		}
		r.unknown(n, "phase", names)
	}
	return p
}

// unknown reports a word that is none of those there are.
func (r *reader) unknown(n *tree.Node, what string, known any) {
	var words []string
	switch known := known.(type) {
	case map[string]bool:
		words = slices.Sorted(maps.Keys(known))
	case map[string]engine.SignalKind:
		words = slices.Sorted(maps.Keys(known))
	}
	help := diag.DidYouMean(n.Text(), slices.Values(words))
	if help == "" {
		help = fmt.Sprintf("there are %s", quoteAll(words))
	}
	r.fault(n.Place(), help, "there is no %s %q", what, n.Text())
}

func quoteAll(words []string) string {
	var text string
	for i, w := range words {
		switch {
		case i > 0 && i == len(words)-1:
			text += " and "
		case i > 0:
			text += ", "
		}
		text += strconv.Quote(w)
	}
	return text
}

// asText is a value as parameters hold it: the text of a scalar, the JSON of a
// map or list.
func asText(n *tree.Node) *tree.Node {
	v := &tree.Node{Kind: tree.String, Style: tree.DoubleQuoted, Span: n.Span, Value: n.Text()}
	if !n.IsScalar() {
		v.Value = string(yaml.JSON(n))
	}
	return v
}

// head is where a finding about a whole map belongs: its first key.
func head(n *tree.Node) source.Span {
	if n.Kind == tree.Map && len(n.Entries) > 0 {
		return n.Entries[0].Key.Place()
	}
	return n.Place()
}
