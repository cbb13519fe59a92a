package engine

// cell is what an event does to a node in a state: either something, or nothing
// because it comes late, or it cannot come at all.
type cell struct {
	do         func(*Engine, NodeID, *Event)
	why        string // nothing is done: why
	impossible bool
}

func late(why string) cell       { return cell{why: why} }
func impossible(why string) cell { return cell{why: why, impossible: true} }

const (
	noPod     = "the node has no Pod yet"
	noPodEver = "the node never has a Pod"
	notAsked  = "nobody asked for it"
	over      = "the node is done: what is heard of it now comes late"
	gone      = "the node was taken out by a retry of the run"
	ahead     = "the Pod has come further: the report comes late"
)

// podTable says what a report does: a row for every stage, a column for every
// state of a Pod.
var podTable = [stages][PodRefused + 1]cell{
	stageNew:       row(impossible(noPod)),
	stageFetching:  row(impossible(noPod)),
	stageLocking:   row(impossible(noPod)),
	stageCaching:   row(impossible(noPod)),
	stagePending:   row(cell{do: (*Engine).reported}),
	stageRunning:   except(row(cell{do: (*Engine).reported}), late(ahead), PodCreated, PodPending).but(PodRefused, impossible("a Pod that runs was not refused")),
	stageDaemon:    except(row(cell{do: (*Engine).reported}), late(ahead), PodCreated, PodPending, PodRunning, PodReady).but(PodRefused, impossible("a Pod that runs was not refused")),
	stageSuspended: row(impossible(noPodEver)),
	stageGroup:     row(impossible(noPodEver)),
	stageBackoff:   row(impossible(noPodEver)),
	stageHeld:      row(impossible(noPod)),
	stageDone:      row(late(over)),
	stageGone:      row(late(gone)),
}

// eventTable says what the other events do to a node in a stage. Signals go to
// the run, not to a node.
var eventTable = [stages]map[EventKind]cell{
	stageNew:       answers(impossible(notAsked)),
	stageFetching:  with(answers(impossible(notAsked)), EventFetched, (*Engine).fetched),
	stageLocking:   with(with(answers(impossible(notAsked)), EventLock, (*Engine).locked), EventTimer, (*Engine).lockTimer),
	stageCaching:   with(answers(impossible(notAsked)), EventCache, (*Engine).cached),
	stagePending:   with(answers(late("it was answered before")), EventTimer, (*Engine).leafTimer),
	stageRunning:   with(answers(late("it was answered before")), EventTimer, (*Engine).leafTimer),
	stageDaemon:    answers(late("it was answered before")),
	stageSuspended: with(answers(late("it was answered before")), EventTimer, (*Engine).leafTimer),
	stageGroup:     answers(late("it was answered before")),
	stageBackoff:   with(answers(late("it was answered before")), EventTimer, (*Engine).backoffTimer),
	stageHeld:      answers(late("it was answered before")),
	stageDone:      with(answers(late(over)), EventCache, (*Engine).saved),
	stageGone:      answers(late(gone)),
}

type podRow [PodRefused + 1]cell

func row(c cell) podRow {
	var r podRow
	for i := range r {
		r[i] = c
	}
	r[0] = impossible("there is no such state of a Pod")
	return r
}

func except(r podRow, c cell, states ...PodState) podRow {
	for _, s := range states {
		r[s] = c
	}
	return r
}

func (r podRow) but(s PodState, c cell) podRow { return except(r, c, s) }

func answers(c cell) map[EventKind]cell {
	return map[EventKind]cell{EventTimer: c, EventLock: c, EventCache: c, EventFetched: c}
}

func with(m map[EventKind]cell, kind EventKind, do func(*Engine, NodeID, *Event)) map[EventKind]cell {
	m[kind] = cell{do: do}
	return m
}

// take gives an event to whom it concerns.
func (e *Engine) take(ev *Event) {
	switch {
	case ev.Kind == EventStart:
		e.start()
	case e.stage == runNew:
		e.impossible++
	case ev.Kind == EventSignal:
		if ev.Signal == nil {
			e.impossible++
			return
		}
		e.signal(ev.Signal)
	case ev.Node == NoNode:
		e.takeRun(ev)
	case ev.Node < 0 || int(ev.Node) >= e.count:
		e.impossible++
	default:
		e.takeNode(ev)
	}
}

// takeNode looks an event up in the tables.
func (e *Engine) takeNode(ev *Event) {
	n := e.at(ev.Node)
	var c cell
	switch {
	case ev.Kind == EventReport && ev.Report != nil && ev.Report.State <= PodRefused:
		if ev.Generation != int(n.generation) {
			return // of a Pod from before a retry of the run
		}
		c = podTable[n.stage][ev.Report.State]
	case ev.Kind != EventReport:
		var ok bool
		if c, ok = eventTable[n.stage][ev.Kind]; !ok {
			c = impossible("there is no such event")
		}
	default:
		c = impossible("the report says nothing")
	}
	if c.impossible {
		e.impossible++
	}
	if c.do != nil {
		c.do(e, ev.Node, ev)
	}
}
