package trace

// Knows reports whether a simple tag of that name resolves in the body of u,
// whatever steps or tasks stand in it. Names under roots that nobody polices do.
func (u *Use) Knows(name string) bool { return u.knows(name) }

// Knows reports whether a simple tag of that name resolves outside templates.
func (r *Run) Knows(name string) bool {
	_, ok := r.globals[name]
	return ok || !hasAnyPrefix(name, policed[:]) || r.exempts(name) || r.knows(name)
}

// Names yields the global names that have a value, in no order.
func (r *Run) Names(yield func(string) bool) {
	for name := range r.globals {
		if !yield(name) {
			return
		}
	}
}
