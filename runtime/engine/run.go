package engine

import (
	"fmt"
	"maps"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/expr"
)

// start begins the run: its parameters, its locks, its entrypoint.
func (e *Engine) start() {
	if e.stage != runNew {
		e.impossible++
		return
	}
	e.stage, e.phase = runFetching, Pending
	e.nextParameter()
}

// arguments are those of the workflow, and of the template that it is made from.
func (p *planner) arguments() *ir.Arguments {
	merged := p.run.Arguments
	if p.base == nil {
		return &merged
	}
	merged.Parameters, merged.Artifacts = nil, nil
	for _, from := range []*ir.Arguments{&p.run.Arguments, &p.base.Arguments} {
		for _, a := range from.Parameters {
			if merged.Parameter(a.Name.Text()) == nil {
				merged.Parameters = append(merged.Parameters, a)
			}
		}
		for _, a := range from.Artifacts {
			if merged.Artifact(a.Name.Text()) == nil {
				merged.Artifacts = append(merged.Artifacts, a)
			}
		}
	}
	return &merged
}

// nextParameter fills the parameters of the workflow from where it stopped to
// fetch one.
func (e *Engine) nextParameter() {
	s := e.inside(NoNode)
	list := e.planner.arguments().Parameters
	for len(e.arguments) < len(list) {
		p := list[len(e.arguments)]
		v := newText(p.Value)
		if p.Value.IsNull() {
			if k := newConfigMapKey(p.ValueFrom); k != nil {
				key, err := s.configMap(k)
				if err != nil {
					e.finishRun(Failed, err.Error())
					return
				}
				e.parameterKey = key
				e.actions = append(e.actions, Fetch{Node: NoNode, ConfigMap: key.name, Key: key.key})
				return
			}
			if v = newText(p.Default); p.Default.IsNull() {
				if v = newText(p.ValueFrom.Get("default")); p.ValueFrom.Get("default").IsNull() {
					e.finishRun(Failed, fmt.Sprintf("failed to set global parameters: %q has no value", p.Name.Text()))
					return
				}
			}
		}
		value, err := s.fill(&v)
		if err != nil {
			e.finishRun(Failed, "failed to set global parameters: "+err.Error())
			return
		}
		e.setParameter(p.Name.Text(), value)
	}
	e.lockRun()
}

// setParameter makes a parameter of the workflow known.
func (e *Engine) setParameter(name, value string) {
	e.globals.fixed["parameters."+name] = value
	e.arguments = append(e.arguments, argument{name: name, value: text{raw: value}, has: true})
}

// listParameters makes the list of all parameters known.
func (e *Engine) listParameters() {
	list := append([]Value{}, e.Arguments()...)
	g := *e.globals
	g.fixed = maps.Clone(g.fixed) // scopes of Pods may be reading the old one
	g.fixed["parameters"] = compactJSON(list)
	g.fixed["parameters.json"] = compactJSON(list)
	e.globals = &g
}

// lockRun asks for the locks of the run, then begins. All parameters are known.
func (e *Engine) lockRun() {
	e.listParameters()
	if err := e.fillMetadata(); err != nil {
		e.finishRun(Error, err.Error())
		return
	}
	if len(e.locks) == 0 {
		e.enter()
		return
	}
	locks, err := fillLocks(e.inside(NoNode), e.locks)
	if err != nil {
		e.finishRun(Error, err.Error())
		return
	}
	e.stage = runLocking
	e.actions = append(e.actions, Acquire{Node: NoNode, Locks: locks})
}

// enter begins the entrypoint.
func (e *Engine) enter() {
	e.stage, e.phase, e.started = runGoing, Running, e.now
	e.globals.started = e.now
	if t := newText(e.planner.field("activeDeadlineSeconds")); t.raw != "" {
		v, err := e.inside(NoNode).fill(&t)
		d, fault := expr.ParseDuration(v)
		if err != nil || fault != nil {
			e.finishRun(Error, fmt.Sprintf("activeDeadlineSeconds is not a whole number: %q", t.raw))
			return
		}
		e.deadline = e.now + int64(d)
		e.setTimer(NoNode, timerDeadline, e.deadline)
	}
	st := start{up: NoNode, item: -1, label: labelRoot, call: e.entry}
	if e.root == NoNode {
		e.waiting.push(st)
	} else if !e.redoCall(st, e.root) {
		e.rootDone() // it was the exit handler
	}
}

// takeRun gives an event to the run as a whole.
func (e *Engine) takeRun(ev *Event) {
	switch {
	case e.stage == runDone:
	case ev.Kind == EventFetched && e.stage == runFetching && e.parameterKey != nil:
		name := e.planner.arguments().Parameters[len(e.arguments)].Name.Text()
		v, err := e.parameterKey.take(ev.Fetched)
		if err != nil {
			e.finishRun(Failed, fmt.Sprintf("failed to set global parameters: %q: %s", name, err))
			return
		}
		e.parameterKey = nil
		e.setParameter(name, v)
		e.nextParameter()
	case ev.Kind == EventLock && e.stage == runLocking && ev.Lock != nil:
		switch {
		case ev.Lock.Error != "":
			e.finishRun(Error, ev.Lock.Error)
		case ev.Lock.Held:
			e.message = ""
			e.enter()
		default:
			e.message = ev.Lock.Waiting
		}
	case ev.Kind == EventTimer && ev.Timer == timerDeadline:
		if e.deadline != 0 && e.now >= e.deadline && e.shutdown < pastDeadline {
			e.stop(pastDeadline)
		}
	case ev.Kind == EventLock, ev.Kind == EventTimer, ev.Kind == EventFetched: // answered before
	default:
		e.impossible++
	}
}
