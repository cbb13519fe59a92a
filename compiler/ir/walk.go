package ir

import "iter"

// AllTemplates yields every template of the object: the named ones in source
// order, each followed by the inline ones it holds at any depth.
func (o *Object) AllTemplates() iter.Seq[*Template] {
	return func(yield func(*Template) bool) {
		if o.Spec == nil {
			return
		}
		if o.Spec.all != nil {
			for _, t := range o.Spec.all {
				if !yield(t) {
					return
				}
			}
			return
		}
		for _, t := range o.Spec.Templates {
			if !t.push(yield) {
				return
			}
		}
	}
}

func (t *Template) push(yield func(*Template) bool) bool {
	if !yield(t) {
		return false
	}
	for _, c := range t.Calls() {
		if c.Callee.Inline != nil && !c.Callee.Inline.push(yield) {
			return false
		}
	}
	return true
}

// AllCalls yields every step and task of the object.
func (o *Object) AllCalls() iter.Seq[*Call] {
	return func(yield func(*Call) bool) {
		for t := range o.AllTemplates() {
			for _, c := range t.Calls() {
				if !yield(c) {
					return
				}
			}
		}
	}
}

// AllHooks yields the hooks of the workflow, then those of its calls.
func (o *Object) AllHooks() iter.Seq[*Hook] {
	return func(yield func(*Hook) bool) {
		if o.Spec == nil {
			return
		}
		for _, h := range o.Spec.Hooks {
			if !yield(h) {
				return
			}
		}
		for c := range o.AllCalls() {
			for _, h := range c.Hooks {
				if !yield(h) {
					return
				}
			}
		}
	}
}
