// Package run drives a run: it feeds events to the engine, writes each group of
// them to the journal before anything follows from it, and carries out the
// actions through a backend. It knows no concrete backend.
package run

import (
	"context"

	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/runtime/engine"
)

// A Backend runs Pods. Its methods may be called from several goroutines.
type Backend interface {
	// Create makes the objects of a leaf. A Pod that is there already and is ours
	// (same run, node and generation) is adopted, which is no error. After an
	// error the driver tries again a few times, so a Create of which nobody knows
	// whether it worked must be safe to repeat. A *Refusal is final; a *Busy is
	// tried again without end.
	Create(ctx context.Context, p *Pod) error
	// Adopt tells a backend that is new to a resumed run, before its first Create,
	// which Pods were created and have not been seen to end. Reports speaks of
	// each of them again; of one that is not there any more it says PodLost.
	Adopt(ctx context.Context, refs []PodRef) error
	// Stop ends a Pod: politely, then by force after its grace period. One that
	// is not there is no error.
	Stop(ctx context.Context, ref PodRef) error
	// Reports yields what becomes of the Pods of the run, those adopted
	// included, until the context ends. A backend that lost track reports states
	// again rather than leave one out. PodLost is said only of the Pod that was
	// made last: not while there is another of the same name.
	Reports(ctx context.Context) <-chan PodReport
}

// PodRef names one start of one node's Pod.
type PodRef struct {
	Node       engine.NodeID
	Generation int
	Name       string // of the Pod
}

// Pod is one leaf as objects.
type Pod struct {
	PodRef
	Leaf    *engine.Leaf
	Objects *pod.Objects
}

// PodReport is a report with the Pod it is about.
type PodReport struct {
	PodRef
	Report engine.Report
}

// A Refusal is an error of Create that trying again does not mend.
type Refusal struct {
	Class   engine.Class
	Message string
}

func (e *Refusal) Error() string { return e.Message }

// Busy is an error of Create that passes when others are done: a quota that is
// used up. The node shows it while it waits.
type Busy struct {
	Class   engine.Class
	Message string
}

func (e *Busy) Error() string { return e.Message }
