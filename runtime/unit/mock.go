package unit

import (
	"strconv"
	"strings"
	"time"

	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/run"
	"github.com/weft-lang/weft/runtime/sim"
)

// Mock says what becomes of the steps that it fits.
type Mock struct {
	At *tree.Node
	// Template, Step and Item choose the steps. What is nil fits all.
	Template, Step, Item *tree.Node

	result     *tree.Node
	parameters []engine.Value
	exitCode   int
	message    string
	delay      time.Duration
	failures   int // of so many attempts; then it succeeds
	lost       bool
	noOutputs  string // why there are none
	used       bool
}

func (r *reader) mock(n *tree.Node) *Mock {
	m := &Mock{At: n, failures: -1}
	r.fields(n, "a mock", map[string]func(*tree.Node){
		"template": func(n *tree.Node) { m.Template = r.scalar(n) },
		"step":     func(n *tree.Node) { m.Step = r.scalar(n) },
		"item":     func(n *tree.Node) { m.Item = r.scalar(n) },
		"outputs": func(n *tree.Node) {
			r.fields(n, "outputs", map[string]func(*tree.Node){
				"result": func(n *tree.Node) { m.result = asText(n) },
				"parameters": func(n *tree.Node) {
					r.values(n, func(key, value *tree.Node) {
						m.parameters = append(m.parameters, engine.Value{Name: key.Value, Value: asText(value).Value})
					})
				},
			})
		},
		"exitCode":    func(n *tree.Node) { m.exitCode = r.number(n) },
		"message":     func(n *tree.Node) { m.message = r.text(n) },
		"delay":       func(n *tree.Node) { m.delay = r.duration(n) },
		"failures":    func(n *tree.Node) { m.failures = r.number(n) },
		"lost":        func(n *tree.Node) { m.lost = r.isTrue(n) },
		"outputError": func(n *tree.Node) { m.noOutputs = r.text(n) },
	})
	if m.Template == nil && m.Step == nil && m.Item == nil {
		r.fault(head(n), "name a template, a step or an item", "the mock does not say of what it is")
	}
	if m.failures >= 0 && m.exitCode == 0 && !m.lost && m.noOutputs == "" {
		m.exitCode = 1
	}
	return m
}

// script is what the mocks of a test make of Pods. The first mock that fits
// counts; where none does, all goes well.
func (t *Test) script(runName string) sim.Script {
	return func(p *run.Pod) sim.Outcome {
		at := parsePath(p.Leaf.Path, runName)
		for _, m := range t.Mocks {
			if m.fits(p, at) {
				m.used = true
				return m.outcome(p, at.attempt)
			}
		}
		return sim.Outcome{Outputs: standard(p)}
	}
}

func (m *Mock) fits(p *run.Pod, at place) bool {
	if m.Template != nil && m.Template.Text() != p.Leaf.Template.Name.Text() {
		return false
	}
	if m.Step != nil && !at.matches(m.Step.Text()) {
		return false
	}
	return m.Item == nil || at.hasItem(m.Item.Text())
}

func (m *Mock) outcome(p *run.Pod, attempt int) sim.Outcome {
	o := sim.Outcome{After: m.delay, Outputs: m.outputs(p)}
	if m.failures >= 0 && attempt >= m.failures {
		return o
	}
	o.Code, o.Message, o.Lost = m.exitCode, m.message, m.lost
	if m.noOutputs != "" {
		o.Outputs, o.OutputError = nil, m.noOutputs
	}
	return o
}

// outputs are those of the mock, over the standard ones.
func (m *Mock) outputs(p *run.Pod) *engine.Outputs {
	out := standard(p)
	if m.result != nil {
		out.Result = &m.result.Value
	}
	for _, v := range m.parameters {
		set := false
		for i := range out.Parameters {
			if out.Parameters[i].Name == v.Name {
				out.Parameters[i], set = v, true
			}
		}
		if !set {
			out.Parameters = append(out.Parameters, v)
		}
	}
	return out
}

// standard are the outputs of a step that nobody mocks: an empty result, and for
// every parameter its default or nothing.
func standard(p *run.Pod) *engine.Outputs {
	out := &engine.Outputs{}
	if p.Leaf.WantsResult {
		out.Result = new(string)
	}
	for _, o := range p.Leaf.Template.Outputs.Parameters {
		from := o.Node.Get("valueFrom")
		if from.Get("path").IsNull() {
			continue // the engine finds it elsewhere
		}
		out.Parameters = append(out.Parameters, engine.Value{Name: o.Name.Text(), Value: from.Get("default").Text()})
	}
	return out
}

// place is the path of a node as tests name it: the names of the steps and tasks
// on the way to it, without the run, the groups of steps and the attempts.
type place struct {
	steps   []string // with items: fan(1:b)
	attempt int
}

// parsePath reads the path of a node: wf[0].fan(1:b)(0) is step fan(1:b), attempt
// 0. Brackets that an item holds are not there in a path; dots may be.
func parsePath(path, runName string) place {
	var at place
	rest := strings.TrimPrefix(path, runName)
	depth, word := 0, ""
	flush := func() {
		if word != "" {
			at.steps = append(at.steps, word)
		}
		word = ""
	}
	for i := 0; i < len(rest); i++ {
		c := rest[i]
		switch {
		case c == '(':
			depth++
			word += "("
		case c == ')':
			depth--
			word += ")"
		case depth == 0 && c == '.':
			flush()
		case depth == 0 && c == '[':
			flush()
			if end := strings.IndexByte(rest[i:], ']'); end > 0 {
				i += end
			}
		default:
			word += string(c)
		}
	}
	flush()
	for i, s := range at.steps {
		at.steps[i], at.attempt = cutAttempt(s, at.attempt)
	}
	return at
}

// cutAttempt takes "(2)" off the end of a name. Items look like "(2:x)".
func cutAttempt(name string, last int) (string, int) {
	open := strings.LastIndexByte(name, '(')
	if open < 0 {
		return name, last
	}
	n, err := strconv.Atoi(strings.TrimSuffix(name[open+1:], ")"))
	if err != nil {
		return name, last
	}
	return name[:open], n
}

func (p place) String() string { return strings.Join(p.steps, ".") }

// matches reports whether a step that a test names is this one. Steps may be
// named without their items: then all are meant.
func (p place) matches(step string) bool {
	if p.String() == step {
		return true
	}
	var bare []string
	for _, s := range p.steps {
		name, _, _ := strings.Cut(s, "(")
		bare = append(bare, name)
	}
	return strings.Join(bare, ".") == step
}

// hasItem reports whether it is, or is within, the turn of a loop with that item.
func (p place) hasItem(item string) bool {
	for _, s := range p.steps {
		_, text, ok := strings.Cut(strings.TrimSuffix(s, ")"), "(")
		if _, text, ok2 := strings.Cut(text, ":"); ok && ok2 && text == item {
			return true
		}
	}
	return false
}
