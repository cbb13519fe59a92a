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
	// (same run, node and generation) is adopted, which is no error. An error
	// means that there is no Pod and never will be from this call; the driver
	// decides by its class whether to try again.
	Create(ctx context.Context, p *Pod) error
	// Stop ends a Pod: politely, then by force after its grace period. One that
	// is not there is no error.
	Stop(ctx context.Context, ref PodRef) error
	// Reports yields what becomes of the Pods of the run, those adopted
	// included, until the context ends. A backend that lost track reports states
	// again rather than leave one out.
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
