package engine

import (
	"fmt"
	"slices"

	"github.com/weft-lang/weft/lang/expr"
)

// leafOutputs are the outputs of a Pod that has ended: those of its record, the
// defaults of what is missing, and the exit code.
func (e *Engine) leafOutputs(n *node, r *Report) *Outputs {
	o := Outputs{}
	if r.Outputs != nil {
		o = *r.Outputs
	}
	if o.ExitCode == nil {
		o.ExitCode = mainCode(r)
	}
	for i := range n.plan.results {
		res := &n.plan.results[i]
		if res.fallback == nil {
			continue
		}
		if _, ok := o.parameter(res.name); ok {
			continue
		}
		s := &scope{e: e, node: NoNode, frame: n.frame}
		if v, err := s.fill(res.fallback); err == nil {
			o.Parameters = append(o.Parameters[:len(o.Parameters):len(o.Parameters)], Value{res.name, v})
		}
	}
	if o.Result == nil && o.ExitCode == nil && o.Parameters == nil && o.Artifacts == nil && o.Progress == "" {
		return nil
	}
	return &o
}

// codes are the small exit codes, which nodes share.
var codes = func() (c [256]int) {
	for i := range c {
		c[i] = i
	}
	return c
}()

// mainCode is the exit code of the container main.
func mainCode(r *Report) *int {
	i := slices.IndexFunc(r.Containers, func(c Container) bool { return c.Role == RoleMain && c.Name == "main" && c.Ended })
	if i < 0 {
		return nil
	}
	code := r.Containers[i].code()
	if code >= 0 && code < len(codes) {
		return &codes[code]
	}
	return &code
}

// groupOutputs are the outputs of a Steps or DAG node whose calls are done.
func (e *Engine) groupOutputs(id NodeID) (*Outputs, error) {
	p := e.at(id).plan
	if len(p.results) == 0 && len(p.products) == 0 {
		return nil, nil
	}
	o := &Outputs{}
	s := e.inside(id)
	for i := range p.results {
		v, err := s.result(&p.results[i])
		if err != nil {
			return nil, err
		}
		o.Parameters = append(o.Parameters, Value{p.results[i].name, v})
	}
	for i := range p.products {
		out := &p.products[i]
		location, err := s.source(out.from, out.expression, out.subPath)
		switch {
		case location != nil && err == nil:
			o.Artifacts = append(o.Artifacts, Artifact{out.name, location})
		case !out.optional:
			if err == nil {
				err = fmt.Errorf("the artifact does not exist")
			}
			return nil, fmt.Errorf("unable to resolve outputs from scope: artifact %q: %w", out.name, err)
		}
	}
	return o, nil
}

// result is the value of an output parameter of a group.
func (s *scope) result(r *result) (string, error) {
	v, err := s.resultFrom(r)
	if err == nil {
		return v, nil
	}
	if r.fallback != nil {
		return s.fill(r.fallback)
	}
	return "", fmt.Errorf("unable to resolve outputs from scope: parameter %q: %w", r.name, err)
}

func (s *scope) resultFrom(r *result) (string, error) {
	switch {
	case r.expression != nil:
		return s.text(r.expression)
	case r.parameter.raw == "":
		return "", fmt.Errorf("it has no source")
	case r.parameter.parts == nil:
		v, k := s.lookup(flatKey(r.parameter.raw)) // the name alone, without braces
		if k == present {
			return v, nil
		}
	}
	return s.fill(&r.parameter)
}

// text is the result of an expression as text.
func (s *scope) text(x *expression) (string, error) {
	v, err := s.eval(x)
	if err != nil {
		return "", err
	}
	if t, ok := expr.Render(v); ok {
		return t, nil
	}
	return "", fmt.Errorf("the expression %q has no value", x.Text)
}

// exportOutputs makes those outputs of a node known to the whole run that have a
// global name.
func (e *Engine) exportOutputs(id NodeID) {
	n := e.at(id)
	if e.lastAttempt(id) != NoNode {
		return // it has done so
	}
	var parameters []Value
	var artifacts []Artifact
	for i := range n.plan.results {
		r := &n.plan.results[i]
		v, ok := n.outputs.parameter(r.name)
		if r.global.raw == "" || !ok {
			continue
		}
		if name, err := e.inside(id).fill(&r.global); err == nil {
			parameters = append(parameters, Value{name, v})
		}
	}
	for i := range n.plan.products {
		p := &n.plan.products[i]
		if p.global.raw == "" {
			continue
		}
		for _, a := range n.outputs.Artifacts {
			if a.Name != p.name {
				continue
			}
			if name, err := e.inside(id).fill(&p.global); err == nil {
				artifacts = append(artifacts, Artifact{name, a.Location})
			}
		}
	}
	if parameters != nil || artifacts != nil {
		e.export(parameters, artifacts)
	}
}
