package engine

import (
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"github.com/weft-lang/weft/compiler/eval"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/tree"
)

// A text is a scalar of the source whose tags were read once, however many
// nodes fill them.
type text struct {
	raw    string
	parts  []part // nil: there are no tags
	nested bool   // a tag stands inside another: {{a.{{b}}}}
}

// part is a tag and the plain text before it.
type part struct {
	before string
	tag    string // as it is written; "" behind the last tag
	key    string
	expr   *expression
}

// expression is a parsed expression with what it needs to know.
type expression struct {
	*expr.Expr
	roots []string
	names map[string][]string // of steps and tasks: which; nil when it may be any
	fault error
}

func newText(n *tree.Node) text { return readText(n.Text()) }

func readText(raw string) text {
	t := text{raw: raw}
	tags, _ := expr.Tags(raw)
	at := 0
	for _, tag := range tags {
		p := part{before: raw[at:tag.Start], tag: raw[tag.Start:tag.End]}
		at = tag.End
		switch {
		case tag.Expr:
			p.expr = newExpression(tag.Body[1:])
		case strings.Contains(tag.Body, "{{"):
			t.nested = true
		default:
			p.key = flatKey(tag.Key)
		}
		t.parts = append(t.parts, p)
	}
	if t.parts != nil && at < len(raw) {
		t.parts = append(t.parts, part{before: raw[at:]})
	}
	return t
}

// flatKey is the key with dots, whichever way it was written.
func flatKey(key string) string {
	if strings.Contains(key, "[") {
		if path, ok := expr.ParsePath(key); ok {
			return path.String()
		}
	}
	return key
}

func newExpression(source string) *expression {
	parsed, fault := expr.ParseExpr(source)
	if fault != nil {
		return &expression{fault: fmt.Errorf("the expression %q cannot be read: %s", source, fault.Message)}
	}
	x := &expression{Expr: parsed, names: map[string][]string{}}
	all := map[string]bool{}
	for _, r := range parsed.References() {
		root := r.Path[0].Name
		if !slices.Contains(x.roots, root) {
			x.roots = append(x.roots, root)
		}
		if len(r.Path) < 2 {
			all[root] = true
			continue
		}
		if name := r.Path[1].Name; !slices.Contains(x.names[root], name) {
			x.names[root] = append(x.names[root], name)
		}
	}
	for root := range all {
		delete(x.names, root)
	}
	if strings.Contains(source, "$env") {
		x.roots, x.names = everyRoot, nil
	}
	return x
}

// everyRoot are all first names that a scope may know.
var everyRoot = []string{"inputs", "item", "lastRetry", "node", "retries", "steps", "tasks", "workflow"}

// mentions reports whether a tag or expression uses one of the roots.
func (t *text) mentions(roots ...string) bool {
	for i := range t.parts {
		p := &t.parts[i]
		if p.expr != nil {
			for _, r := range p.expr.roots {
				if slices.Contains(roots, r) {
					return true
				}
			}
			continue
		}
		root, _, _ := strings.Cut(p.key, ".")
		if slices.Contains(roots, root) || t.nested && slices.ContainsFunc(roots, func(r string) bool { return strings.Contains(t.raw, r) }) {
			return true
		}
	}
	return false
}

// errAbsent says that a text is a single reference to something that a skipped
// node did not give.
var errAbsent = errors.New("the argument references an output of a step that did not run")

// fill is t with its tags replaced. A tag of ours that has no value is an
// error; one of somebody else's stays.
func (s *scope) fill(t *text) (string, error) {
	if t.parts == nil {
		return t.raw, nil
	}
	if t.nested {
		return s.fillNested(t.raw)
	}
	if len(t.parts) == 1 && t.parts[0].before == "" {
		return s.tag(&t.parts[0], true)
	}
	var b strings.Builder
	for i := range t.parts {
		p := &t.parts[i]
		b.WriteString(p.before)
		if p.tag == "" {
			continue
		}
		v, err := s.tag(p, false)
		if err != nil {
			return "", err
		}
		b.WriteString(v)
	}
	return b.String(), nil
}

// fillNested fills the inner tags, and then what has become of the outer ones.
func (s *scope) fillNested(raw string) (string, error) {
	filled := eval.Fill(raw, namesOf{s}).Text
	if filled == raw {
		return "", fmt.Errorf("%q names nothing that is known here", raw)
	}
	t := readText(filled)
	return s.fill(&t)
}

// tag is the value of one tag. alone says that the text is nothing else.
func (s *scope) tag(p *part, alone bool) (string, error) {
	if p.expr != nil {
		v, err := s.eval(p.expr)
		if err != nil {
			return "", err
		}
		if t, ok := expr.Render(v); ok {
			return t, nil
		}
		return "", fmt.Errorf("the expression %q has no value", p.expr.Text)
	}
	v, known := s.lookup(p.key)
	switch {
	case known == present:
		return v, nil
	case known == absent && alone:
		return "", errAbsent
	case known == absent:
		return "", fmt.Errorf("%q has no value: the step did not run", p.key)
	case ours(p.key):
		return "", s.missing(p.key)
	}
	return p.tag, nil
}

// missing explains a name without a value.
func (s *scope) missing(key string) error {
	root, rest, _ := strings.Cut(key, ".")
	name, attribute, _ := strings.Cut(rest, ".")
	if (root == "steps" || root == "tasks") && s.node != NoNode && attribute != "" {
		if id, _, c := s.find(root, name); c != nil {
			return fmt.Errorf("%q has no value: %s is %s and left none", key, c.loop.Describe(), s.e.at(id).phase)
		}
	}
	return fmt.Errorf("%q names nothing that is known here", key)
}

// ours reports whether a name is for weft to know.
func ours(key string) bool {
	root, _, dotted := strings.Cut(key, ".")
	switch root {
	case "item", "steps", "tasks", "inputs", "outputs", "pod", "workflow":
		return dotted || root == "item"
	}
	return false
}

// eval evaluates an expression; nil is a value.
func (s *scope) eval(x *expression) (any, error) {
	if x.fault != nil {
		return nil, x.fault
	}
	return x.Eval(x.WithHelpersAt(s.env(x), s.moment(x)))
}

// moment makes expressions with dates and random texts give the same when the
// same events are replayed.
func (s *scope) moment(x *expression) expr.Moment {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s %d %d %s", s.e.cfg.UID, s.node, s.e.step, x.Text)
	return expr.Moment{Now: nanos(s.e.now), Seed: h.Sum64()}
}

// evalBool evaluates a condition.
func (s *scope) evalBool(x *expression) (bool, error) {
	v, err := s.eval(x)
	if err != nil {
		return false, err
	}
	b, ok := v.(bool)
	if !ok {
		return false, fmt.Errorf("the expression %q is %v, not true or false", x.Text, v)
	}
	return b, nil
}

// tree fills the tags of every string below n.
func (s *scope) tree(n *tree.Node) (*tree.Node, error) {
	filled, open := eval.Tree(n, namesOf{s})
	for _, o := range open {
		if o.Tag.Expr || ours(o.Tag.Key) {
			return nil, fmt.Errorf("%q names nothing that is known here", o.Tag.Body)
		}
	}
	return filled, nil
}

// namesOf is a scope for compiler/eval.
type namesOf struct{ s *scope }

func (n namesOf) Value(name string) (string, bool) {
	v, known := n.s.lookup(flatKey(name))
	return v, known == present
}

func (n namesOf) Vars() map[string]string {
	vars := map[string]string{}
	n.s.each(everyRoot, nil, func(name string, value any) {
		if t, ok := value.(string); ok {
			vars[name] = t
		}
	})
	return vars
}
