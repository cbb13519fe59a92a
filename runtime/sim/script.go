package sim

import (
	"time"

	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/run"
)

// Outcome is what becomes of a Pod.
type Outcome struct {
	After   time.Duration // how long it runs; 0 is DefaultTime
	Code    int           // of its main containers
	Codes   map[string]int
	Reason  string // of a code that is not 0; "" is Error
	Message string // its termination message
	Outputs *engine.Outputs
	// OutputError says why there are no outputs.
	OutputError string
	// Lost Pods vanish instead of ending. Refused ones are never made.
	Lost    bool
	Refused string
	Class   engine.Class // of what is refused
	// Stays lets it run until it is stopped, as daemons do without being told.
	Stays bool
}

// DefaultTime is how long a Pod runs when its outcome does not say.
const DefaultTime = time.Second

// Script says what becomes of a Pod.
type Script func(p *run.Pod) Outcome

// Succeed is the script in which every Pod ends well, with a result where one
// is wanted and a value for every output parameter.
func Succeed(p *run.Pod) Outcome { return Outcome{Outputs: Outputs(p)} }

// Outputs are outputs for all that a template declares: the path of the node for
// its result, and the name for each parameter. They are nil when there is none.
func Outputs(p *run.Pod) *engine.Outputs {
	out := &engine.Outputs{}
	t := p.Leaf.Template
	for _, o := range t.Outputs.Parameters {
		name := o.Name.Text()
		if o.Node.Get("valueFrom").Get("path").IsNull() {
			continue // the engine finds it elsewhere
		}
		out.Parameters = append(out.Parameters, engine.Value{Name: name, Value: name})
	}
	if p.Leaf.WantsResult {
		result := p.Leaf.Path
		out.Result = &result
	}
	if out.Result == nil && out.Parameters == nil {
		return nil
	}
	return out
}
