package cli

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/weft-lang/weft/lang/pattern"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/report"
)

// lines tells of every node that enters a phase, and of what keeps nodes from
// beginning.
type lines struct {
	out io.Writer
	now func() time.Time

	mu     sync.Mutex
	begun  bool
	phases map[engine.NodeID]engine.Phase // as they were told last
	causes map[string]*cause
	waits  map[engine.NodeID]*cause // what keeps a node now
	brief  report.Brief
}

// A cause keeps nodes from beginning. It is told once for many of them.
type cause struct {
	nodes map[engine.NodeID]bool // those of which that was said, or may be
	fresh []engine.View          // those of which nothing was said yet
	pause time.Duration          // how long others are waited for, longer every time
}

// firstPause is for how long something keeps a node from beginning until it is
// worth telling.
const firstPause = time.Second

func newLines(out io.Writer) *lines {
	return &lines{out: out, now: time.Now, phases: map[engine.NodeID]engine.Phase{}, causes: map[string]*cause{}, waits: map[engine.NodeID]*cause{}}
}

func (l *lines) observe(e *engine.Engine, changed []engine.NodeID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.begun {
		l.begun = true
		for id := range engine.NodeID(e.Len()) { // what a run that is taken up is about
			if v := e.View(id); !v.Phase.Fulfilled() && v.Phase != engine.NoPhase {
				l.tell(v)
			}
		}
	}
	last := make(map[engine.NodeID]int, len(changed))
	for i, id := range changed {
		last[id] = i
	}
	for i, id := range changed {
		if last[id] == i { // what contains others ends after them
			l.tell(e.View(id))
		}
	}
}

func (l *lines) tell(v engine.View) {
	if v.Type == engine.StepGroupNode {
		return
	}
	waits := v.Message != "" && v.Phase != engine.NoPhase && !v.Phase.Fulfilled()
	if was, seen := l.phases[v.ID]; !seen || was != v.Phase {
		l.phases[v.ID] = v.Phase
		if v.Phase != engine.NoPhase { // else it was taken out, to be run again
			now := v
			if waits {
				now.Message = "" // which is told with that of others
			}
			l.print(now)
		}
	}
	delete(l.waits, v.ID)
	if waits {
		l.gather(v)
	}
}

func (l *lines) print(v engine.View) {
	v.Message = l.brief.Of(v.Message)
	fmt.Fprintln(l.out, report.Line(v, l.now()))
}

// gather puts a node to those that wait for the same, of which something will be
// said soon.
func (l *lines) gather(v engine.View) {
	key := sameCause(v.Message)
	c := l.causes[key]
	if c == nil {
		c = &cause{nodes: map[engine.NodeID]bool{}, pause: firstPause}
		l.causes[key] = c
	}
	l.waits[v.ID] = c
	if c.nodes[v.ID] {
		return
	}
	c.nodes[v.ID] = true
	if c.fresh = append(c.fresh, v); len(c.fresh) == 1 {
		time.AfterFunc(c.pause, func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.flush(c)
		})
		c.pause *= 2
	}
}

// flush tells of the nodes that still wait for a cause: not of those that entered
// another phase, wait for something else, or for nothing that they know.
func (l *lines) flush(c *cause) {
	wait := slices.DeleteFunc(c.fresh, func(v engine.View) bool {
		over := l.phases[v.ID] != v.Phase || l.waits[v.ID] != c
		if over {
			delete(c.nodes, v.ID) // it may come to wait for it again
		}
		return over
	})
	c.fresh = nil
	if len(wait) == 0 {
		return
	}
	v := wait[0]
	if more := len(wait) - 1; more > 0 {
		v.Path += fmt.Sprintf(" and %d more", more)
	}
	fmt.Fprintln(l.out, report.Line(v, l.now()))
}

// differing is what differs in messages about the same: numbers, and the ids of
// objects that are made anew every time.
var differing = pattern.New(`(^|[ =/,:])\d+[a-zA-Z]*|[0-9a-f]{12,}`)

// sameCause is what messages about the same have in common.
func sameCause(message string) string {
	return differing().ReplaceAllString(strings.TrimSpace(message), "$1#")
}

func (l *lines) pause() func() { return func() {} }

func (l *lines) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, key := range slices.Sorted(maps.Keys(l.causes)) {
		l.flush(l.causes[key])
	}
}
