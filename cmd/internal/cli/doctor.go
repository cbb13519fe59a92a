package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/kube"
	"github.com/weft-lang/weft/runtime/run"
	"github.com/weft-lang/weft/runtime/store"
)

// A diagnosis says who drives a run and what each unfinished step of it waits for.
type diagnosis struct {
	Version   int          `json:"version"`
	Name      string       `json:"name"`
	Namespace string       `json:"namespace,omitempty"` // of a run in a cluster
	Phase     engine.Phase `json:"phase"`
	Message   string       `json:"message,omitempty"`
	Progress  string       `json:"progress,omitempty"`
	Started   time.Time    `json:"started,omitzero"`
	Finished  time.Time    `json:"finished,omitzero"`
	Suspended bool         `json:"suspended,omitempty"`
	Driver    *driverState `json:"driver,omitempty"` // nil of a run that has ended
	Waits     []blocked    `json:"waits"`
}

// driverState is who drives a run.
type driverState struct {
	By      string    `json:"by,omitempty"` // "" is nobody
	Since   time.Time `json:"since,omitzero"`
	Heard   time.Time `json:"heard,omitzero"` // when it last said so
	Message string    `json:"message,omitempty"`
	Do      string    `json:"do,omitempty"` // what a person can do about it
}

// blocked is a step with what it waits for.
type blocked struct {
	Step  string       `json:"step"` // its path
	Since time.Time    `json:"since,omitzero"`
	Why   string       `json:"why"`
	Class engine.Class `json:"class,omitempty"`
	Until time.Time    `json:"until,omitzero"`
	Pod   string       `json:"pod,omitempty"`
	Holds []holder     `json:"heldBy,omitempty"`
	Do    string       `json:"do,omitempty"` // what a person can do about it, "" where only time helps
}

// A holder is who has a lock.
type holder struct {
	Run  string `json:"run"`
	Step string `json:"step,omitempty"`
}

// sick reports whether the run does not go on unless somebody does something.
func (d *diagnosis) sick() bool {
	return d.Driver != nil && d.Driver.Do != "" || slices.ContainsFunc(d.Waits, func(w blocked) bool { return w.Do != "" })
}

func newDoctor(s Streams) *cobra.Command {
	var o struct {
		folderFlags
		output string
	}
	cmd := &cobra.Command{
		Use:   "doctor RUN",
		Short: "Say what a run waits for",
		Long: `Says who drives a run, and what each of its unfinished steps waits for, the oldest
first: a Pod that finds no node or no image, a lock and who holds it, a time, a
person. Where somebody has to do something, it says what. RUN may be @latest.

The exit code is 0 when the run has ended or goes on by itself, and 1 when it needs
somebody.`,
		Example: "  weft doctor ci-x7k2p\n  weft doctor --cluster -n ci @latest\n  weft doctor ci-x7k2p -o json | jq .waits",
		Args:    oneRun,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains(runOutputs, o.output) {
				return unknownValue("output", o.output, runOutputs)
			}
			d, err := o.openKept(cmd.Context(), s, args[0])
			if err != nil {
				return err
			}
			found, err := d.diagnose(cmd.Context())
			if err != nil {
				return err
			}
			now := time.Now()
			if d.cluster != nil {
				now = d.cluster.place.Now() // by which its drivers go
			}
			if err := found.print(s.Out, o.output, now); err != nil {
				return failure("cannot write: %w", err)
			}
			if found.sick() {
				return &exit{code: Negative}
			}
			return nil
		},
	}
	o.register(cmd.Flags())
	cmd.Flags().StringVarP(&o.output, "output", "o", outputText, "print as `FORMAT`: "+strings.Join(runOutputs, ", "))
	complete(cmd, "output", runOutputs)
	return cmd
}

// diagnose looks at the journal of a run, and at what is around it.
func (d *driving) diagnose(ctx context.Context) (*diagnosis, error) {
	replay, err := d.replay()
	if err != nil {
		return nil, err
	}
	v := replay.Engine().Run()
	found := &diagnosis{
		Version: 1, Name: d.header.Name, Phase: v.Phase, Message: v.Message, Progress: v.Progress,
		Started: v.Started, Finished: v.Finished, Suspended: v.Suspended, Waits: []blocked{},
	}
	if d.cluster != nil {
		found.Namespace = d.cluster.place.Namespace
	}
	if v.Phase.Completed() {
		return found, nil
	}
	if found.Driver, err = d.driver(ctx); err != nil {
		return nil, failure("%w", err)
	}
	x := examiner{driving: d, engine: replay.Engine(), open: map[engine.NodeID][]run.Wait{}}
	for _, w := range replay.Waits() {
		x.open[w.Node] = append(x.open[w.Node], w)
	}
	if err := x.lookAround(ctx); err != nil {
		return nil, failure("%w", err)
	}
	found.Waits = append(found.Waits, x.examine()...)
	if v.Suspended {
		found.Waits = append(found.Waits, blocked{Step: d.header.Name, Why: "the run is suspended: nothing new starts", Do: d.command("resume")})
	}
	slices.SortStableFunc(found.Waits, func(a, b blocked) int { return a.Since.Compare(b.Since) })
	return found, nil
}

// driver is who drives the run.
func (d *driving) driver(ctx context.Context) (*driverState, error) {
	nobody := &driverState{Message: "nobody drives it: nothing new starts", Do: d.command("run --resume")}
	if d.cluster == nil {
		if d.run.Driven() {
			return &driverState{By: "a process on this machine"}, nil
		}
		return nobody, nil
	}
	leader, err := d.cluster.run.Leader(ctx)
	if err != nil {
		return nil, err
	}
	drivers, err := d.cluster.run.Drivers(ctx)
	if err != nil {
		return nil, err
	}
	switch {
	case leader != nil:
		state := &driverState{By: leader.Process, Since: leader.Since, Heard: leader.Renewed}
		if slices.ContainsFunc(drivers, func(j kube.Driver) bool { return j.Pod == leader.Process }) {
			state.By = "Pod " + leader.Process
		}
		return state, nil
	case len(drivers) == 0:
		return nobody, nil
	case drivers[0].Ended:
		nobody.Message = "nobody drives it: the Job " + drivers[0].Job + " gave up: " + drivers[0].Message
		return nobody, nil
	}
	state := &driverState{Message: "nobody drives it yet: " + toCome(drivers[0])}
	if drivers[0].Message != "" || time.Since(drivers[0].Created) > driverSoon {
		state.Do = d.cluster.describe("job", drivers[0].Job) + " tells more; to drive it from here: " + d.command("run --resume")
	}
	return state, nil
}

// An examiner finds out what nodes wait for.
type examiner struct {
	driving *driving
	engine  *engine.Engine
	open    map[engine.NodeID][]run.Wait
	pods    map[string]*kube.Pod        // by path of the node, the newest
	holders map[engine.NodeID][]holding // of the locks that nodes wait for
}

// holding is a lock with who holds it.
type holding struct {
	name string
	by   []holder
}

// A lockKeeper tells who holds a lock.
type lockKeeper interface {
	Holders(ctx context.Context, lock engine.Lock) (name string, holders []store.Holder, err error)
}

// lookAround asks for the Pods of the run and for who holds its locks.
func (x *examiner) lookAround(ctx context.Context) error {
	var locks lockKeeper = x.driving.folder.Locks(time.Now, nil)
	if c := x.driving.cluster; c != nil {
		locks = c.place.Locks()
		pods, err := c.run.Pods(ctx)
		if err != nil {
			return err
		}
		x.pods = map[string]*kube.Pod{}
		for i := range pods {
			x.pods[pods[i].Node] = &pods[i]
		}
	}
	x.holders = map[engine.NodeID][]holding{}
	type answer struct {
		name string
		by   []store.Holder
	}
	known := map[engine.Lock]answer{} // hundreds may wait for one
	for id, waits := range x.open {
		for _, w := range waits {
			for _, lock := range w.Locks {
				a, asked := known[lock]
				if !asked {
					var err error
					if a.name, a.by, err = locks.Holders(ctx, lock); err != nil {
						return err
					}
					known[lock] = a
				}
				h := holding{name: strings.TrimPrefix(a.name, "/")}
				for _, b := range a.by {
					if b.UID != x.driving.header.UID || b.Node != x.path(id) {
						h.by = append(h.by, holder{b.Run, b.Node})
					}
				}
				x.holders[id] = append(x.holders[id], h)
			}
		}
	}
	return nil
}

// path is that of a node, or "" for the run as a whole.
func (x *examiner) path(id engine.NodeID) string {
	if id == engine.NoNode {
		return ""
	}
	return x.engine.View(id).Path
}

// examine goes through the unfinished nodes that do something themselves.
func (x *examiner) examine() []blocked {
	var all []blocked
	if x.holders[engine.NoNode] != nil {
		all = append(all, x.lock(engine.NoNode, blocked{Step: x.driving.header.Name, Since: x.engine.Run().Started}))
	}
	held := false
	for id := range engine.NodeID(x.engine.Len()) {
		v := x.engine.View(id)
		if v.Phase.Fulfilled() || v.Phase == engine.NoPhase || v.Daemoned {
			continue
		}
		w := blocked{Step: v.Path, Since: v.Started, Why: x.engine.Blocked(id), Class: v.Class}
		for _, o := range x.open[id] {
			if !o.Bound && !o.Until.IsZero() {
				w.Until = o.Until
			}
		}
		n := x.engine.Held(id)
		switch {
		case x.holders[id] != nil:
			all = append(all, x.lock(id, w))
		case v.Type == engine.SuspendNode && w.Until.IsZero():
			_, lacks := x.engine.Wants(id)
			w.Why, w.Do = cmp.Or(v.Message, "it waits for somebody to resume it"), x.driving.resumption(v.Path, lacks)
			all = append(all, w)
		case v.Type == engine.SuspendNode:
			w.Why = "it waits"
			all = append(all, w)
		case v.Type == engine.RetryNode && !w.Until.IsZero():
			w.Why = "it waits before it tries again"
			all = append(all, w)
		case leafTypes[v.Type]:
			all = append(all, x.leaf(v, w))
		case n > 0 && !held && (v.Type == engine.StepsNode || v.Type == engine.DAGNode || n == x.engine.Held(0)):
			held = true
			w.Why = fmt.Sprintf("calls of it that wait for a place, since parallelism bounds them: %d", n)
			all = append(all, w)
		}
	}
	return all
}

// lock says who holds the locks that a node waits for.
func (x *examiner) lock(id engine.NodeID, w blocked) blocked {
	var names []string
	for _, h := range x.holders[id] {
		if len(h.by) > 0 || len(x.holders[id]) == 1 {
			names = append(names, h.name)
			w.Holds = append(w.Holds, h.by...)
		}
	}
	if len(names) > 0 {
		w.Why = "it waits for the lock " + strings.Join(names, ", ")
	}
	return w
}

// leaf says how the Pod of a node stands, or its request.
func (x *examiner) leaf(v engine.View, w blocked) blocked {
	if v.Type == engine.HTTPNode && v.Phase == engine.Running {
		w.Why = "its request has no answer yet"
	}
	if v.Type != engine.PodNode || x.driving.cluster == nil {
		return w
	}
	p := x.pods[v.Path]
	switch {
	case p == nil && v.Message != "":
		w.Why = v.Message
	case p == nil:
		w.Why = "its Pod is not there yet"
	case p.Report.State == engine.PodEnded:
		w.Pod, w.Why = p.Name, "its Pod has ended, which no driver has noticed yet"
	case p.Report.State == engine.PodPending && p.Report.Message != "":
		w.Pod, w.Why, w.Class = p.Name, "its Pod cannot start: "+p.Report.Message, p.Report.Class
		w.Do = x.help(p)
	case p.Report.State == engine.PodPending:
		w.Pod, w.Why = p.Name, "its Pod is about to start"
		if trouble := x.driving.cluster.run.Trouble(x.driving.cluster.ctx, p.Name); trouble != "" {
			w.Why, w.Do = "its Pod cannot start: "+trouble, x.describe(p)
		} else if x.driving.cluster.place.Now().Sub(w.Since) > startSoon {
			w.Why += ", which takes long: " + x.describe(p) + " tells more"
		}
	case p.Report.Message != "":
		w.Pod, w.Why, w.Class = p.Name, "a container of its Pod cannot start: "+p.Report.Message, p.Report.Class
		w.Do = x.help(p)
	default:
		w.Pod, w.Why = p.Name, "its Pod runs"
		if p.Report.Host != "" {
			w.Why += " on " + p.Report.Host
		}
	}
	return w
}

// startSoon is for how long nobody wonders that a Pod does not run yet.
const startSoon = 30 * time.Second

// describe is the command that tells most of a Pod.
func (x *examiner) describe(p *kube.Pod) string {
	return x.driving.cluster.describe("pod", p.Name)
}

// help says what to do about a Pod that does not start.
func (x *examiner) help(p *kube.Pod) string {
	describe := x.describe(p)
	switch p.Report.Class {
	case engine.ClassImagePull:
		if own := x.driving.agentImage(); strings.Contains(p.Report.Message, `"`+own+`"`) {
			return "that is the image of weft's agent: docs/images.md tells how to bring it to where the cluster can fetch it, and where to name it; " +
				x.driving.command("terminate") + " and then " + x.driving.command("retry --agent-image IMAGE") + " take another one"
		}
		return "check the image's name and its pull secret, or load the image into the cluster; " + describe
	case engine.ClassUnschedulable:
		return "no node has room or fits: check its requests, its node selectors and affinities, also that of its retryStrategy, or add nodes; " + describe
	case engine.ClassQuota:
		return ""
	}
	return describe
}
