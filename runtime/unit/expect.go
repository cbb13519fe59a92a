package unit

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/runtime/engine"
)

// expectations are what a test expects, each with its place in the file. What is
// nil is not looked at.
type expectations struct {
	phase, message, duration, trace *tree.Node

	steps       []expectedStep
	ran, notRan *tree.Node
	outputs     []expectedValue // parameters of the run as a whole
}

type expectedStep struct {
	name                                       *tree.Node
	phase, message, result, exitCode, attempts *tree.Node
	arguments, outputs                         []expectedValue
}

type expectedValue struct{ name, value *tree.Node }

func (r *reader) expectations(n *tree.Node) (e expectations) {
	r.fields(n, "expect", map[string]func(*tree.Node){
		"phase":    func(n *tree.Node) { r.phase(n); e.phase = n },
		"message":  func(n *tree.Node) { e.message = r.scalar(n) },
		"duration": func(n *tree.Node) { r.duration(n); e.duration = n },
		"trace":    func(n *tree.Node) { e.trace = r.scalar(n) },
		"ran":      func(n *tree.Node) { r.texts(n); e.ran = n },
		"notRan":   func(n *tree.Node) { r.texts(n); e.notRan = n },
		"outputs":  func(n *tree.Node) { e.outputs = r.expectedValues(n) },
		"steps": func(n *tree.Node) {
			r.values(n, func(key, value *tree.Node) { e.steps = append(e.steps, r.expectedStep(key, value)) })
		},
	})
	return e
}

func (r *reader) expectedStep(name, n *tree.Node) expectedStep {
	s := expectedStep{name: name}
	if n.IsScalar() {
		r.phase(n)
		s.phase = n
		return s
	}
	r.fields(n, "a step", map[string]func(*tree.Node){
		"phase":     func(n *tree.Node) { r.phase(n); s.phase = n },
		"message":   func(n *tree.Node) { s.message = r.scalar(n) },
		"exitCode":  func(n *tree.Node) { r.number(n); s.exitCode = n },
		"attempts":  func(n *tree.Node) { r.number(n); s.attempts = n },
		"arguments": func(n *tree.Node) { s.arguments = r.expectedValues(n) },
		"outputs": func(n *tree.Node) {
			r.fields(n, "outputs", map[string]func(*tree.Node){
				"result":     func(n *tree.Node) { s.result = n },
				"parameters": func(n *tree.Node) { s.outputs = r.expectedValues(n) },
			})
		},
	})
	return s
}

func (r *reader) expectedValues(n *tree.Node) (all []expectedValue) {
	r.values(n, func(key, value *tree.Node) { all = append(all, expectedValue{key, value}) })
	return all
}

// judge compares a run with what is expected of it.
type judge struct {
	engine *engine.Engine
	nodes  []seen
	found  *diag.List
}

// seen is a node with its place.
type seen struct {
	engine.View
	at place
}

func newJudge(e *engine.Engine, runName string, found *diag.List) *judge {
	j := &judge{engine: e, found: found}
	for id := range engine.NodeID(e.Len()) {
		v := e.View(id)
		if v.Type != engine.StepGroupNode {
			j.nodes = append(j.nodes, seen{v, parsePath(v.Path, runName)})
		}
	}
	return j
}

func (j *judge) fail(at *tree.Node, help, format string, args ...any) {
	j.found.Add(diag.Diagnostic{
		Rule: RuleTestFailed, Severity: diag.Error, Span: at.Place(), Message: fmt.Sprintf(format, args...), Help: help,
	})
}

func (j *judge) run(want expectations) {
	got := j.engine.Run()
	j.text(want.phase, got.Phase.String(), "the workflow's phase", j.why())
	j.part(want.message, got.Message, "the workflow's message")
	if want.duration != nil {
		j.text(want.duration, got.Finished.Sub(got.Started).String(), "the workflow's duration", "")
	}
	j.values(want.outputs, got.Outputs.Parameters, "the workflow has no output %q")
	j.ran(want.ran, want.notRan)
	for _, s := range want.steps {
		j.step(s)
	}
}

// why names the nodes that explain how the run ended.
func (j *judge) why() string {
	var lines []string
	for _, n := range j.nodes {
		if n.Phase.Bad() && isWork(n.Type) && len(lines) < 5 {
			lines = append(lines, fmt.Sprintf("%s is %s: %s", n.at, n.Phase, n.Message))
		}
	}
	return strings.Join(lines, "; ")
}

// isWork reports whether nodes of a type do something themselves.
func isWork(t engine.NodeType) bool {
	switch t {
	case engine.PodNode, engine.HTTPNode, engine.SuspendNode, engine.PluginNode, engine.SkippedNode:
		return true
	}
	return false
}

// text compares a text.
func (j *judge) text(want *tree.Node, got, what, help string) {
	if want == nil || want.Text() == got {
		return
	}
	if asText(want).Value == got { // a map or list, as JSON
		return
	}
	j.fail(want, help, "%s is %s, not %s", what, quote(got), quote(asText(want).Value))
}

// part looks for a text in another.
func (j *judge) part(want *tree.Node, got, what string) {
	if want != nil && !strings.Contains(got, want.Text()) {
		j.fail(want, "", "%s is %s, which does not hold %s", what, quote(got), quote(want.Text()))
	}
}

func quote(s string) string {
	const most = 200
	if len(s) > most {
		return strconv.Quote(s[:most]) + " ..."
	}
	return strconv.Quote(s)
}

func (j *judge) values(want []expectedValue, got []engine.Value, missing string) {
	for _, w := range want {
		i := slices.IndexFunc(got, func(v engine.Value) bool { return v.Name == w.name.Value })
		if i < 0 {
			var names []string
			for _, v := range got {
				names = append(names, v.Name)
			}
			j.fail(w.name, diag.DidYouMean(w.name.Value, slices.Values(names)), missing, w.name.Value)
			continue
		}
		j.text(w.value, got[i].Value, strconv.Quote(w.name.Value), "")
	}
}

// find finds the nodes of a step; with attempts, only those.
func (j *judge) find(step string, attempts bool) (found []seen) {
	for _, exact := range []bool{true, false} {
		for _, n := range j.nodes {
			if n.Retried == attempts && len(n.at.steps) > 0 && n.at.matches(step) && (!exact || n.at.String() == step) {
				found = append(found, n)
			}
		}
		if len(found) > 0 {
			return found
		}
	}
	return nil
}

func (j *judge) step(want expectedStep) {
	nodes := j.find(want.name.Value, false)
	if len(nodes) == 0 {
		j.fail(want.name, diag.DidYouMean(want.name.Value, slices.Values(j.names())), "there was no step %q", want.name.Value)
		return
	}
	for _, n := range nodes {
		of := func(what string) string { return fmt.Sprintf("the %s of %s", what, n.at) }
		j.text(want.phase, n.Phase.String(), of("phase"), n.Message)
		j.part(want.message, n.Message, of("message"))
		j.values(want.arguments, n.Inputs, n.at.String()+" has no argument %q")
		if want.attempts != nil {
			j.text(want.attempts, strconv.Itoa(len(j.find(n.at.String(), true))), of("number of attempts"), "")
		}
		outputs := n.Outputs
		if outputs == nil {
			outputs = &engine.Outputs{}
		}
		j.values(want.outputs, outputs.Parameters, n.at.String()+" has no output %q")
		j.optional(want.result, outputs.Result, n.at.String()+" has no result")
		if want.exitCode != nil {
			var code *string
			if outputs.ExitCode != nil {
				text := strconv.Itoa(*outputs.ExitCode)
				code = &text
			}
			j.optional(want.exitCode, code, n.at.String()+" has no exit code")
		}
	}
}

func (j *judge) optional(want *tree.Node, got *string, missing string) {
	switch {
	case want == nil:
	case got == nil:
		j.fail(want, "", "%s", missing)
	default:
		j.text(want, *got, "it", "")
	}
}

// names are the steps there were.
func (j *judge) names() []string {
	var names []string
	for _, n := range j.nodes {
		if len(n.at.steps) > 0 {
			names = append(names, n.at.String())
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// ran compares which steps did work.
func (j *judge) ran(want, never *tree.Node) {
	var worked []seen
	for _, n := range j.nodes {
		if isWork(n.Type) && (n.Phase.Completed() || n.Phase == engine.Running) && n.Type != engine.SkippedNode {
			worked = append(worked, n)
		}
	}
	fits := func(name string) bool {
		return slices.ContainsFunc(worked, func(n seen) bool { return n.at.matches(name) })
	}
	for _, w := range listed(never) {
		if fits(w.Text()) {
			j.fail(w, "", "%s ran", w.Text())
		}
	}
	if want == nil {
		return
	}
	for _, w := range listed(want) {
		if !fits(w.Text()) {
			help := ""
			if nodes := j.find(w.Text(), false); len(nodes) > 0 {
				help = fmt.Sprintf("it is %s: %s", nodes[0].Phase, nodes[0].Message)
			} else {
				help = diag.DidYouMean(w.Text(), slices.Values(j.names()))
			}
			j.fail(w, help, "%s did not run", w.Text())
		}
	}
	var more []string
	for _, n := range worked {
		if !slices.ContainsFunc(listed(want), func(w *tree.Node) bool { return n.at.matches(w.Text()) }) {
			more = append(more, n.at.String())
		}
	}
	if more = slices.Compact(more); len(more) > 0 {
		j.fail(want, "", "more steps ran: %s", strings.Join(more, ", "))
	}
}

// listed are the texts of a list, or the one that stands alone.
func listed(n *tree.Node) []*tree.Node {
	if n != nil && n.IsScalar() {
		return []*tree.Node{n}
	}
	return n.List()
}
