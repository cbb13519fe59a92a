package engine

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/weft-lang/weft/compiler/ir"
)

// Config says what runs.
type Config struct {
	// Object is the Workflow. Templates and cron workflows can be run directly,
	// too.
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
	cfg     Config
	project *ir.Project
	planner *planner
	entry   *call
	exit    *call // the exit handler
	hooks   []*call
	locks   []lockPlan
	limit   int // spec.parallelism, 0 for none

	chunks  [][]node
	count   int
	index   map[string]NodeID // of Lookup, as far as indexed
	indexed NodeID

	now          int64
	step         uint32
	generation   int32
	stage        runStage
	arguments    []argument      // of the workflow, as far as they are known
	parameterKey *configMapValue // of the next, which is being fetched
	timers       uint8
	hosts        []string // sorted
	phase        Phase
	message      string
	started      int64
	finished     int64
	deadline     int64
	globals      *globals
	root         NodeID
	exitNode     NodeID
	shutdown     shutdown
	suspended    bool
	tooMany      bool
	redo         *redo // what the last retry of the run is about

	settledNodes fifo // whose owners have to be told
	pumps        fifo // groups in which a place has become free
	stalled      fifo // groups with a place, but the run has none
	held         fifo // nodes that go on when the run is no longer suspended
	waiting      queue
	daemons      []NodeID // of no group
	activePods   int
	asleep       int // suspend nodes that wait

	counts      [Omitted + 1]int
	done, todo  int // progress
	actions     []Action
	impossible  int
	transitions int
}

// runStage is how far the run as a whole has come.
type runStage uint8

const (
	runNew runStage = iota
	runFetching
	runLocking
	runGoing
	runExiting // the exit handler
	runDone
)

// fifo is a queue of nodes.
type fifo struct {
	list []NodeID
	head int
}

func (q *fifo) push(id NodeID) { q.list = append(q.list, id) }
func (q *fifo) len() int       { return len(q.list) - q.head }

func (q *fifo) pop() NodeID {
	id := q.list[q.head]
	if q.head++; q.head == len(q.list) {
		if q.head = 0; cap(q.list) > mostKept {
			q.list = nil
		}
		q.list = q.list[:0]
	}
	return id
}

// RunView is what can be seen of a run from outside.
type RunView struct {
	Phase    Phase
	Message  string
	Started  time.Time
	Finished time.Time
	Outputs  Outputs // global parameters and artifacts
	Progress string  // 3/14
	Counts   [Omitted + 1]int
	// Suspended says that nothing new is started until the run is resumed.
	Suspended bool
	// Asleep is how many suspend nodes wait.
	Asleep int
}

// New makes a run that has not begun. An error means that it cannot begin:
// there is nothing to run.
func New(checked *ir.Checked, cfg Config) (*Engine, error) {
	if checked == nil || cfg.Object == nil || cfg.Object.Spec == nil {
		return nil, errors.New("there is no workflow to run")
	}
	if cfg.MaxDepth == 0 {
		cfg.MaxDepth = DefaultMaxDepth
	}
	if cfg.MaxNodes == 0 {
		cfg.MaxNodes = DefaultMaxNodes
	}
	e := &Engine{cfg: cfg, project: checked.Project(), planner: newPlanner(cfg.Object.Spec), root: NoNode, exitNode: NoNode}
	if err := e.findEntry(); err != nil {
		return nil, err
	}
	e.findHooks()
	e.locks = lockPlans(e.planner.field("synchronization"))
	e.suspended = isTrue(e.planner.field("suspend"))
	e.shutdown = shutdowns[e.planner.field("shutdown").Text()]
	e.globals = &globals{fixed: e.fixedNames(), status: Running}
	if n := e.planner.field("parallelism"); !n.IsNull() {
		t := newText(n)
		if v, err := e.inside(NoNode).fill(&t); err == nil {
			e.limit, _ = strconv.Atoi(v)
		}
	}
	return e, nil
}

func (e *Engine) findEntry() error {
	spec := e.cfg.Object.Spec
	name := e.cfg.Entrypoint
	if name == "" {
		name = e.planner.field("entrypoint").Text()
	}
	if name == "" {
		return fmt.Errorf("%s has no entrypoint", e.cfg.Object.Describe())
	}
	target := e.planner.template(spec, name)
	if target == nil {
		return fmt.Errorf("there is no template %q to begin with", name)
	}
	e.entry = &call{name: name, callee: ir.Callee{Target: target}}
	e.entry.pass(ir.Callee{}, &ir.Arguments{Artifacts: e.planner.arguments().Artifacts})
	return nil
}

func (e *Engine) findHooks() {
	specs := []*ir.Spec{e.planner.run}
	if e.planner.base != nil {
		specs = append(specs, e.planner.base)
	}
	taken := map[string]bool{}
	for _, spec := range specs {
		for _, h := range spec.Hooks {
			if name := h.Event.Text(); !taken[name] {
				taken[name] = true
				made := newHook(nil, name, h.Callee, &h.Arguments, h.Expression)
				if made.callee.Target == nil && h.Callee.Ref == nil {
					made.callee.Target = e.planner.template(spec, h.Callee.Name.Text())
				}
				if name != "exit" {
					e.hooks = append(e.hooks, made)
				} else if e.exit = made; len(made.arguments)+len(made.artifacts) == 0 {
					made.index = ofWorkflow
				}
			}
		}
		if n := spec.OnExit; n.Text() != "" && e.exit == nil {
			e.exit = newHook(nil, "exit", ir.Callee{Name: n, Target: e.planner.template(spec, n.Text())}, &ir.Arguments{}, nil)
			e.exit.index = ofWorkflow
		}
	}
}

// ofWorkflow marks the exit handler that gets the arguments of the workflow.
const ofWorkflow = -1

// Step takes an event and returns what is to be done about it. The slice is
// the caller's until the next Step.
func (e *Engine) Step(ev Event) []Action {
	clear(e.actions) // what the caller had is not kept from the garbage collector
	if e.actions = e.actions[:0]; cap(e.actions) > mostKept {
		e.actions = nil
	}
	e.step++
	if at := ev.At.UnixNano(); !ev.At.IsZero() && at > e.now {
		e.now = at // time does not go back, whatever order events come in
	}
	e.take(&ev)
	e.drain()
	return e.actions
}

// mostKept is how long a list of actions may be that is used again.
const mostKept = 1 << 12

// drain does what the event has made possible, one thing at a time: nothing
// that goes on along siblings or steps goes on by recursion.
func (e *Engine) drain() {
	for e.stage == runGoing || e.stage == runExiting {
		switch {
		case e.tooMany:
			e.abort(fmt.Sprintf("the run has %d nodes, and no more than %d are allowed", e.count, e.cfg.MaxNodes))
		case e.suspended && e.shutdown == noShutdown:
			return
		case e.settledNodes.len() > 0:
			e.settled(e.settledNodes.pop())
		case e.held.len() > 0:
			e.unhold(e.held.pop())
		case e.pumps.len() > 0:
			e.pump(e.pumps.pop())
		case e.stalled.len() > 0 && e.podFree():
			e.pump(e.stalled.pop())
		case e.waiting.len() > 0 && e.podFree():
			e.launch(e.waiting.pop())
		default:
			return
		}
	}
}

// podFree reports whether spec.parallelism lets one more template begin.
func (e *Engine) podFree() bool {
	return e.limit <= 0 || e.activePods < e.limit || e.shutdown != noShutdown
}

// Len is how many nodes there are; their IDs are 0 to Len-1.
func (e *Engine) Len() int { return e.count }

// Impossible counts the events that should not have come.
func (e *Engine) Impossible() int { return e.impossible }

// Transitions counts how often a node has changed its phase.
func (e *Engine) Transitions() int { return e.transitions }
