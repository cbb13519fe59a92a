package engine

import "fmt"

// Check recounts what the engine counts as it goes.
func (e *Engine) Check() error {
	var counts [Omitted + 1]int
	pods, asleep, active := 0, 0, map[NodeID]int32{}
	for id := range NodeID(e.count) {
		n := e.at(id)
		if n.phase != NoPhase {
			counts[n.phase]++
		}
		if n.is(flagPod) {
			pods++
		}
		if n.stage == stageSuspended {
			asleep++
		}
		if n.is(flagActive) {
			b, _ := e.groupOf(n.boundary)
			active[b]++
		}
		switch {
		case n.open < 0 || n.hooking < 0:
			return fmt.Errorf("%s: %d open, %d hooks", e.path(id), n.open, n.hooking)
		case n.phase.Fulfilled() != (n.stage == stageDone):
			return fmt.Errorf("%s: phase %s in stage %d", e.path(id), n.phase, n.stage)
		case n.phase.Fulfilled() && (n.is(flagPod) || n.is(flagActive) || n.is(flagLocked)):
			return fmt.Errorf("%s: done, and holds a place", e.path(id))
		}
	}
	if counts != e.counts {
		return fmt.Errorf("counts are %v, and should be %v", e.counts, counts)
	}
	if pods != e.activePods || asleep != e.asleep {
		return fmt.Errorf("%d active Pods and %d suspend nodes that wait, counted %d and %d", pods, asleep, e.activePods, e.asleep)
	}
	return e.checkGroups(active)
}

func (e *Engine) checkGroups(active map[NodeID]int32) error {
	for id := range NodeID(e.count) {
		n := e.at(id)
		if n.more == nil || n.more.group == nil {
			continue
		}
		g := n.more.group
		if g.active != active[id] && n.stage != stageGone {
			return fmt.Errorf("%s: %d active children, counted %d", e.path(id), active[id], g.active)
		}
		if g.live < 0 || g.open < 0 && !e.shut(n) {
			return fmt.Errorf("%s: %d live, %d open", e.path(id), g.live, g.open)
		}
		if n.stage == stageDone && g.waiting.len() > 0 && e.stage != runDone {
			return fmt.Errorf("%s: done, and %d calls wait", e.path(id), g.waiting.len())
		}
	}
	return nil
}

// Done reports whether the run is over.
func (e *Engine) Done() bool { return e.stage == runDone }
