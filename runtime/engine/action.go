package engine

import (
	"fmt"
	"time"

	"github.com/weft-lang/weft/compiler/eval"
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/tree"
)

// An Action is something that the engine wants done. Carrying one out twice
// does no harm: a run that is resumed derives its actions again.
type Action interface{ action() }

// StartLeaf starts the Pod, or the request, of a leaf template. Reports answer it.
type StartLeaf struct{ Leaf *Leaf }

// A Leaf is one call of a leaf template with all that is needed to build its Pod.
type Leaf struct {
	Node       NodeID
	Path       string // wf[0].print(1:b)(0)
	Generation int
	Template   *ir.Template
	Boundary   *ir.Template // the steps or dag template around it, nil at the top
	Scope      eval.Scope
	// Artifacts are the input artifacts with the locations found for them.
	Artifacts   map[string]*tree.Node
	WantsResult bool
	FailedHosts []string
	SecondsLeft int64 // 0 is no bound
	OnExit      bool  // it belongs to an exit handler
}

// StopLeaf ends the Pod of a leaf whose outcome no longer counts, or of a daemon
// whose scope is done.
type StopLeaf struct {
	Node       NodeID
	Generation int
}

// TimerID tells the timers of a node apart.
type TimerID uint8

// SetTimer asks for an EventTimer at a time. Setting the same timer again moves
// it; the zero time takes it back.
type SetTimer struct {
	Node  NodeID
	Timer TimerID
	At    time.Time
}

// Acquire asks for locks, all or none. EventLock answers it, first with what it
// waits for, later that it holds them.
type Acquire struct {
	Node  NodeID // NoNode for the run itself
	Locks []Lock
}

// Release gives back all locks of a node.
type Release struct{ Node NodeID }

// Lock names a mutex, or a semaphore by the key of its ConfigMap.
type Lock struct {
	Mutex          string
	ConfigMap, Key string
	Database       string
	Namespace      string
}

// String is the name that people know a lock by.
func (l Lock) String() string {
	switch {
	case l.Mutex != "":
		return l.Namespace + "/Mutex/" + l.Mutex
	case l.Database != "":
		return l.Namespace + "/Database/" + l.Database
	}
	return l.Namespace + "/ConfigMap/" + l.ConfigMap + "/" + l.Key
}

// Waiting is what whoever waits for a lock is told: how many of its places are
// free.
func (l Lock) Waiting(free, limit int) string {
	return fmt.Sprintf("Waiting for %s lock. Lock status: %d/%d", l, max(0, free), limit)
}

// CacheGet looks into a memoization cache.
type CacheGet struct {
	Node       NodeID
	Cache, Key string
	MaxAge     time.Duration // 0 is no bound
}

// CachePut saves outputs there.
type CachePut struct {
	Node       NodeID
	Cache, Key string
	Outputs    Outputs
}

// Fetch reads a key of a ConfigMap.
type Fetch struct {
	Node      NodeID
	ConfigMap string
	Key       string
}

// NodeChanged tells watchers that a node is new or has another phase, message
// or outputs.
type NodeChanged struct{ Node NodeID }

// RunFinished ends the run.
type RunFinished struct {
	Phase   Phase
	Message string
}

func (StartLeaf) action()   {}
func (StopLeaf) action()    {}
func (SetTimer) action()    {}
func (Acquire) action()     {}
func (Release) action()     {}
func (CacheGet) action()    {}
func (CachePut) action()    {}
func (Fetch) action()       {}
func (NodeChanged) action() {}
func (RunFinished) action() {}
