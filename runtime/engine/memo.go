package engine

import (
	"fmt"

	"github.com/weft-lang/weft/lang/pattern"
)

// memo is what a node has to do with a memoization cache.
type memo struct {
	cache, key string
	hit        bool
}

var memoKey = pattern.New(`^[a-zA-Z0-9][-a-zA-Z0-9]*$`)

// lookUp looks whether somebody has done the work of a node before.
func (e *Engine) lookUp(id NodeID) {
	n := e.at(id)
	s := e.inside(id)
	key, err1 := s.fill(&n.plan.memo.key)
	cache, err2 := s.fill(&n.plan.memo.cache)
	age, err3 := s.duration(&n.plan.memo.maxAge, "maxAge")
	for _, err := range []error{err1, err2, err3} {
		if err != nil {
			e.refuse(id, fmt.Errorf("memoize: %w", err))
			return
		}
	}
	if !memoKey().MatchString(key) {
		e.refuse(id, fmt.Errorf("memoize: %q cannot be a key: letters, digits and hyphens only", key))
		return
	}
	n.extra().memo = &memo{cache: cache, key: key}
	e.wait(id, stageCaching)
	e.actions = append(e.actions, CacheGet{Node: id, Cache: cache, Key: key, MaxAge: age})
}

// cached takes what the cache holds. A cache that cannot be read holds nothing.
func (e *Engine) cached(id NodeID, ev *Event) {
	n := e.at(id)
	if ev.Cache == nil || ev.Cache.Hit == nil {
		e.goOn(id)
		return
	}
	n.more.memo.hit = true
	n.outputs = ev.Cache.Hit
	e.finish(id, Succeeded, fmt.Sprintf("taken from cache %q, key %q", n.more.memo.cache, n.more.memo.key))
}

// remember saves the outputs of a node.
func (e *Engine) remember(id NodeID) {
	n := e.at(id)
	if n.more.memo.hit {
		return
	}
	var o Outputs
	if n.outputs != nil {
		o = *n.outputs
	}
	e.actions = append(e.actions, CachePut{Node: id, Cache: n.more.memo.cache, Key: n.more.memo.key, Outputs: o})
}

// saved takes the answer to CachePut. A cache that cannot be written costs the
// next run some time, but is no failure of this one.
func (e *Engine) saved(id NodeID, ev *Event) {
	n := e.at(id)
	if ev.Cache == nil || ev.Cache.Error == "" || n.more == nil || n.more.memo == nil {
		return
	}
	n.message = "not saved in cache " + n.more.memo.cache + ": " + ev.Cache.Error
	e.changed(id)
}
