package engine

import (
	"cmp"
	"errors"
)

// acquire asks for the locks of a template.
func (e *Engine) acquire(id NodeID) {
	n := e.at(id)
	locks, err := fillLocks(e.inside(id), n.plan.locks)
	if err != nil {
		e.refuse(id, err)
		return
	}
	n.flags |= flagLocked
	e.wait(id, stageLocking)
	if _, err := e.setTimeouts(id); err != nil {
		e.refuse(id, err)
		return
	}
	e.actions = append(e.actions, Acquire{Node: id, Locks: locks})
}

func fillLocks(s *scope, plans []lockPlan) ([]Lock, error) {
	locks := make([]Lock, 0, len(plans))
	seen := map[Lock]bool{}
	for i := range plans {
		p := &plans[i]
		var l Lock
		for _, f := range []struct {
			into *string
			from *text
		}{{&l.Mutex, &p.mutex}, {&l.ConfigMap, &p.configMap}, {&l.Key, &p.key}, {&l.Database, &p.database}, {&l.Namespace, &p.namespace}} {
			v, err := s.fill(f.from)
			if err != nil {
				return nil, err
			}
			*f.into = v
		}
		l.Namespace = cmp.Or(l.Namespace, s.e.cfg.Namespace)
		if l.Mutex == "" && l.ConfigMap == "" && l.Database == "" {
			return nil, errors.New("a lock has no name")
		}
		if seen[l] {
			return nil, errors.New("a lock is named twice")
		}
		seen[l] = true
		locks = append(locks, l)
	}
	return locks, nil
}

// locked takes the answer to a request for locks.
func (e *Engine) locked(id NodeID, ev *Event) {
	n := e.at(id)
	switch {
	case ev.Lock == nil:
		e.impossible++
	case ev.Lock.Error != "" && e.withdraw(id):
	case ev.Lock.Error != "":
		e.refuse(id, errors.New(ev.Lock.Error))
	case ev.Lock.Held:
		n.message = ""
		e.stopTimers(id) // a leaf has bounds of its own when it starts
		e.goOn(id)
	case n.message != ev.Lock.Waiting:
		n.message = ev.Lock.Waiting
		e.changed(id)
	}
}

// withdraw takes out a node that asked for locks together with a sibling that
// could not get its own. Its step group is in Error: had they asked one after the
// other, it would not have begun.
func (e *Engine) withdraw(id NodeID) bool {
	n := e.at(id)
	if n.up == NoNode || e.at(n.up).typ != StepGroupNode || n.hooking > 0 {
		return false
	}
	if _, g := e.groupOf(n.up); g.fault == "" || g.hookFault {
		return false
	}
	s := start{up: n.up, item: -1, label: n.label, call: n.call}
	if n.label == labelItem {
		s.item = n.index
	}
	e.stopTimers(id)
	n.flags &^= flagLocked
	e.actions = append(e.actions, Release{Node: id})
	e.forget(&s, id)
	e.drop(s)
	return true
}
