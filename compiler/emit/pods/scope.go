package pods

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/weft-lang/weft/compiler/emit/plan"
	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
)

// A scope knows every name. One that gets its value in the run has a list of
// texts that may stand for it. The first is taken; when the builder finds that
// it does not fit its field, the next is tried.
//
// For a person the first text is the value as far as it is known, tags and all.
// Then come the default that a template declares, the first value of an enum,
// and one value of each type. For a cluster there are no tags: "x" stands for
// each.
type scope struct {
	*renderer
	leaf     plan.Leaf
	standIns map[string]*standIn
	names    []string // of standIns, in the order in which they were asked for
}

// standIn is how far the search for a text has come.
type standIn struct {
	from  string // the value as far as it is known
	texts []string
	at    int
	// inExpr: expressions see it, too. Until then they stay as they are.
	inExpr bool
}

func (s *standIn) text() string { return s.texts[s.at] }

// next goes on to the next text, and reports whether there is one.
func (s *standIn) next() bool {
	if s.at+1 >= len(s.texts) {
		return false
	}
	s.at++
	return true
}

func newScope(r *renderer, leaf plan.Leaf) *scope {
	return &scope{renderer: r, leaf: leaf, standIns: map[string]*standIn{}}
}

// Value is the text of a name, or what stands for it.
func (s *scope) Value(name string) (string, bool) {
	if v, ok := s.leaf.Known[name]; ok {
		return v, true
	}
	if name == "retries" { // the first attempt is shown
		return "0", true
	}
	if !pod.Ours(name) {
		return "", false
	}
	return s.standIn(name).text(), true
}

// Vars are the names that expressions see.
func (s *scope) Vars() map[string]string {
	vars := map[string]string{"retries": "0"}
	for name, v := range s.leaf.Known {
		vars[name] = v
	}
	for name, v := range s.leaf.Open {
		if !strings.Contains(v, "{{") {
			vars[name] = v
		}
	}
	for name, in := range s.standIns {
		if in.inExpr {
			vars[name] = in.text()
		}
	}
	return vars
}

func (s *scope) standIn(name string) *standIn {
	if in := s.standIns[name]; in != nil {
		return in
	}
	from := s.leaf.Open[name]
	if from == "" {
		from = "{{" + name + "}}"
	}
	in := &standIn{from: from}
	declared := s.declared(name)
	switch {
	case !strings.Contains(from, "{{"):
		in.texts = append([]string{from}, declared...)
	case s.options.StandIns:
		in.texts = append(declared, plain(from))
	default:
		in.texts = append([]string{from}, declared...)
	}
	in.texts = append(in.texts, "1", "false", "{}", "[]")
	s.standIns[name], s.names = in, append(s.names, name)
	return in
}

// plain is a text with "x" for every tag.
func plain(text string) string {
	tags, _ := expr.Tags(text)
	for _, t := range slices.Backward(tags) {
		text = text[:t.Start] + "x" + text[t.End:]
	}
	return text
}

// declared are the values that the declaration of a parameter offers.
func (s *scope) declared(name string) []string {
	var texts []string
	offer := func(nodes ...*tree.Node) {
		for _, n := range nodes {
			if n.IsScalar() && !n.IsNull() && !strings.Contains(n.Text(), "{{") {
				texts = append(texts, n.Text())
			}
		}
	}
	if short, ok := strings.CutPrefix(name, "inputs.parameters."); ok && s.leaf.Template != nil {
		if p := s.leaf.Template.Inputs.Parameter(short); p != nil {
			offer(append([]*tree.Node{p.Default}, p.Enum.List()...)...)
		}
	}
	if short, ok := strings.CutPrefix(name, "workflow.parameters."); ok {
		for _, spec := range s.specs {
			if p := spec.Arguments.Parameter(short); p != nil {
				offer(append([]*tree.Node{p.Default}, p.Enum.List()...)...)
			}
		}
	}
	if len(texts) > 1 {
		texts = texts[:1]
	}
	return texts
}

// settle builds until every stand-in fits, or none is left to try. It returns
// what the last build found.
func (s *scope) settle(build func() []diag.Diagnostic) []diag.Diagnostic {
	for {
		findings := build()
		blamed := map[string]bool{}
		for _, d := range findings {
			if d.Severity == diag.Error || s.options.StandIns {
				s.blame(d.Span, blamed)
			}
		}
		moved := false
		for _, name := range slices.Sorted(maps.Keys(blamed)) {
			moved = s.move(name, blamed[name]) || moved
		}
		if !moved {
			return findings
		}
	}
}

// blame collects the names in the tags at a place, and whether an expression
// has them.
func (s *scope) blame(at source.Span, blamed map[string]bool) {
	add := func(name string, inExpr bool) {
		if _, known := s.leaf.Known[name]; !known && pod.Ours(name) {
			blamed[name] = blamed[name] || inExpr
		}
	}
	for n := range s.holes() {
		tags, _ := expr.Tags(n.Value)
		for _, t := range tags {
			if !overlap(n.Source(t.Start, t.End), at) {
				continue
			}
			if !t.Expr {
				add(t.Key, false)
			} else if e, fault := expr.ParseExpr(t.Body[1:]); fault == nil {
				for _, r := range e.References() {
					add(r.Path.String(), true)
				}
			}
		}
	}
}

// move goes on to another stand-in for a name.
func (s *scope) move(name string, inExpr bool) bool {
	in := s.standIn(name)
	if inExpr && !in.inExpr {
		in.inExpr = true
		if !strings.Contains(in.text(), "{{") {
			return true
		}
	}
	return in.next()
}

// holes yields the texts with tags that a Pod of the leaf is made from.
func (s *scope) holes() iter.Seq[*tree.Node] {
	return func(yield func(*tree.Node) bool) {
		var roots []*tree.Node
		if s.leaf.Template != nil {
			roots = append(roots, s.leaf.Template.Node)
		}
		for _, spec := range s.specs {
			for _, e := range spec.Node.Entries {
				if e.Key.Value != "templates" {
					roots = append(roots, e.Value)
				}
			}
		}
		if s.leaf.Caller != nil {
			roots = append(roots, s.leaf.Caller.Node)
		}
		for _, root := range roots {
			for n := range root.All() {
				if n.Kind == tree.String && strings.Contains(n.Value, "{{") && !yield(n) {
					return
				}
			}
		}
	}
}

func overlap(a, b source.Span) bool {
	return a.File == b.File && a.Start < b.End && b.Start < a.End
}

// notes say what stands for what.
func (s *scope) notes() []string {
	var notes []string
	for _, name := range s.names {
		in := s.standIns[name]
		if in.text() == in.from || in.from == s.leaf.Open[name] && !strings.Contains(in.from, "{{") {
			continue
		}
		what := name
		if own := "{{" + name + "}}"; in.from != own {
			what += ", which is " + in.from
		}
		notes = append(notes, fmt.Sprintf("%q stands for %s", in.text(), what))
	}
	return notes
}
