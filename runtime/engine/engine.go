package engine

import (
	"errors"
	"time"

	"github.com/weft-lang/weft/compiler/ir"
)

// Config says what runs.
type Config struct {
	// Object is the Workflow. A WorkflowTemplate can be run directly, too.
	Object *ir.Object

	Name, Namespace, UID string
	Labels, Annotations  map[string]string // on top of those of Object
	Entrypoint           string            // instead of that of Object
	Created              time.Time

	MaxDepth int // of templates within templates; 0 is DefaultMaxDepth
	MaxNodes int // 0 is DefaultMaxNodes
}

// The bounds of a run.
const (
	DefaultMaxDepth = 100
	DefaultMaxNodes = 1_000_000
)

// Engine is the state of one run. Its methods must not be called at the same
// time.
type Engine struct {
	cfg   Config
	nodes []node

	actions    []Action
	impossible int
}

type node struct{}

// RunView is what can be seen of a run from outside.
type RunView struct {
	Phase    Phase
	Message  string
	Started  time.Time
	Finished time.Time
	Outputs  Outputs // global parameters and artifacts
	Progress string  // 3/14
	Counts   [Omitted + 1]int
}

// New makes a run that has not begun. An error means that it cannot begin:
// there is nothing to run.
func New(checked *ir.Checked, cfg Config) (*Engine, error) {
	if checked == nil || cfg.Object == nil || cfg.Object.Spec == nil {
		return nil, errors.New("there is no workflow to run")
	}
	return &Engine{cfg: cfg}, nil
}

// Step takes an event and returns what is to be done about it. The slice is
// the caller's until the next Step.
func (e *Engine) Step(ev Event) []Action { return nil }

// Len is how many nodes there are; their IDs are 0 to Len-1.
func (e *Engine) Len() int { return len(e.nodes) }

// View is what can be seen of a node.
func (e *Engine) View(id NodeID) View { return View{ID: id} }

// Lookup finds a node by its path.
func (e *Engine) Lookup(path string) (NodeID, bool) { return NoNode, false }

// Run is the state of the run as a whole.
func (e *Engine) Run() RunView { return RunView{} }

// Blocked says what an unfinished node waits for, "" for one that is finished.
func (e *Engine) Blocked(id NodeID) string { return "" }

// Impossible counts the events that should not have come.
func (e *Engine) Impossible() int { return e.impossible }
