//go:build unix

package local

import (
	"context"
	"sync"
)

// turns gives paths of this machine to one Pod at a time.
type turns struct {
	mu     sync.Mutex
	owners []owner
	freed  chan struct{} // closed when a Pod gives its paths back
}

type owner struct {
	pod    string
	paths  []string
	daemon bool
}

// take waits until nobody has one of the paths, or one above or below it.
func (t *turns) take(ctx context.Context, pod string, paths []string, daemon bool) (release func(), err error) {
	for {
		t.mu.Lock()
		other, at, taken := t.conflict(paths)
		if !taken {
			defer t.mu.Unlock()
			return t.own(pod, paths, daemon), nil
		}
		if t.freed == nil {
			t.freed = make(chan struct{})
		}
		freed := t.freed
		t.mu.Unlock()
		if other.daemon {
			return nil, refuse("%q is in use by the daemon %q as long as the daemon runs, and without namespaces there is only one such path", at, other.pod)
		}
		select {
		case <-freed:
		case <-ctx.Done():
			return nil, stopped()
		}
	}
}

// adopt gives paths to a Pod that has them already.
func (t *turns) adopt(pod string, paths []string, daemon bool) (release func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.own(pod, paths, daemon)
}

func (t *turns) own(pod string, paths []string, daemon bool) func() {
	t.owners = append(t.owners, owner{pod, paths, daemon})
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		for i, o := range t.owners {
			if o.pod == pod {
				t.owners = append(t.owners[:i:i], t.owners[i+1:]...)
				break
			}
		}
		if t.freed != nil {
			close(t.freed)
			t.freed = nil
		}
	}
}

func (t *turns) conflict(paths []string) (owner, string, bool) {
	for _, o := range t.owners {
		for _, theirs := range o.paths {
			for _, ours := range paths {
				if inside(ours, theirs) || inside(theirs, ours) {
					return o, ours, true
				}
			}
		}
	}
	return owner{}, "", false
}
