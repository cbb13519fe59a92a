// Package engine decides what happens next in a run. It is a state machine and
// nothing else: events come in, actions go out. It holds no clock, starts no
// goroutine, does no I/O and is never random, so that the same events always
// lead to the same nodes, wherever the Pods run.
//
// Nodes live in one slice and know each other by index. What has to be known
// about many nodes at once is counted as they change, so that an event costs
// what it changes and not what the workflow is long.
package engine
