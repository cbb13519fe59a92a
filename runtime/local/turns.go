//go:build unix

package local

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// turns gives what there is once on this machine to one Pod at a time: paths in
// plain mode, and ports, since all Pods share its network.
type turns struct {
	mu     sync.Mutex
	owners []owner
	freed  chan struct{} // closed when a Pod gives back what it has
}

type owner struct {
	pod    string
	things []string // paths, and ports as port:80
	daemon bool
}

const portPrefix = "port:"

// wants are the things that a Pod takes.
func (a *about) wants() []string {
	things := slices.Clone(a.Paths)
	for _, port := range a.Ports {
		things = append(things, portPrefix+strconv.Itoa(port))
	}
	return things
}

// take waits until nobody has one of the things, or a path above or below it.
func (t *turns) take(ctx context.Context, a *about) (release func(), err error) {
	wants := a.wants()
	for {
		t.mu.Lock()
		other, thing, taken := t.conflict(wants)
		if !taken {
			defer t.mu.Unlock()
			return t.own(a), nil
		}
		if t.freed == nil {
			t.freed = make(chan struct{})
		}
		freed := t.freed
		t.mu.Unlock()
		if other.daemon {
			return nil, other.refuse(thing)
		}
		select {
		case <-freed:
		case <-ctx.Done():
			return nil, stopped()
		}
	}
}

// refuse says that waiting for a daemon would have no end.
func (o *owner) refuse(thing string) error {
	if port, ok := strings.CutPrefix(thing, portPrefix); ok {
		return refuse("port %s is in use by the daemon %q, and all Pods share the network of this machine: give one of them another port", port, o.pod)
	}
	return refuse("%q is in use by the daemon %q as long as it runs, and without namespaces there is only one such path", thing, o.pod)
}

// adopt gives things to a Pod that has them already.
func (t *turns) adopt(a *about) (release func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.own(a)
}

func (t *turns) own(a *about) func() {
	pod := a.Name
	t.owners = append(t.owners, owner{pod, a.wants(), a.Daemon})
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

func (t *turns) conflict(wants []string) (owner, string, bool) {
	for _, o := range t.owners {
		for _, theirs := range o.things {
			for _, ours := range wants {
				if inside(ours, theirs) || inside(theirs, ours) {
					return o, ours, true
				}
			}
		}
	}
	return owner{}, "", false
}
