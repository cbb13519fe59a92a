package cli

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"mvdan.cc/sh/v3/syntax"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/runtime/engine"
)

// A signalCommand is a command that wants something of a run.
type signalCommand struct {
	kind        engine.SignalKind
	short, long string
	done        string // what has happened to the run then
	nodes       bool   // takes --node
	outputs     bool   // takes -p and --message
	// drives says that a run that nobody drives is driven on with the signal.
	drives bool
}

var signalCommands = []signalCommand{
	{
		kind: engine.SignalStop, short: "Stop a run; its exit handlers still run", done: "is stopping", drives: true, nodes: true, outputs: true,
		long: `Ends the Pods of a run, and starts nothing more but its exit handlers. With --node
only suspend nodes of that name fail.`,
	},
	{
		kind: engine.SignalTerminate, short: "End a run at once", done: "is ending", drives: true,
		long: `Ends the Pods of a run, and starts nothing more, not even exit handlers.`,
	},
	{
		kind: engine.SignalSuspend, short: "Let a run start nothing new", done: "is suspended",
		long: `What runs goes on to its end, and nothing new starts until weft resume.`,
	},
	{
		kind: engine.SignalResume, short: "Let a run go on, also behind its suspend steps", done: "goes on", nodes: true, outputs: true,
		long: `Undoes weft suspend, and lets every suspend step that waits succeed, or those
that --node names. -p gives such a step its outputs.`,
	},
}

func newSignal(s Streams, c signalCommand) *cobra.Command {
	var o struct {
		folderFlags
		nodes, parameters []string
		message           string
	}
	cmd := &cobra.Command{
		Use:     string(c.kind) + " RUN",
		Short:   c.short,
		Long:    c.long + " RUN may be @latest.",
		Example: fmt.Sprintf("  weft %s ci-x7k2p", c.kind),
		Args:    oneRun,
		RunE: func(cmd *cobra.Command, args []string) error {
			d, err := o.openKept(cmd.Context(), s, args[0])
			if err != nil {
				return err
			}
			signal := sentSignal{Signal: engine.Signal{Kind: c.kind, Message: o.message}}
			for _, p := range o.parameters {
				name, value, ok := strings.Cut(p, "=")
				if !ok || name == "" {
					return usage("--parameter cannot be %q: it is NAME=VALUE", p)
				}
				signal.Parameters = append(signal.Parameters, engine.Value{Name: name, Value: value})
			}
			return d.send(c, signal, o.nodes)
		},
	}
	o.register(cmd.Flags())
	if c.nodes {
		cmd.Flags().StringArrayVar(&o.nodes, "node", nil, "only the step with this `NAME` or path; may be repeated")
	}
	if c.outputs {
		cmd.Flags().StringArrayVarP(&o.parameters, "parameter", "p", nil, "set the output `NAME=VALUE` of a suspend step; may be repeated")
		cmd.Flags().StringVar(&o.message, "message", "", "leave `TEXT` as the message of the step")
	}
	return cmd
}

// send gives a signal to whoever drives the run.
func (d *driving) send(c signalCommand, signal sentSignal, nodes []string) error {
	e, err := d.replayed()
	if err != nil {
		return err
	}
	if phase := e.Run().Phase; phase.Completed() {
		return failure("%s has ended already: %s", d.header.Name, phase)
	}
	for _, name := range nodes {
		paths, err := nodePaths(e, name)
		if err != nil {
			return err
		}
		signal.Paths = append(signal.Paths, paths...)
	}
	if err := d.suits(e, signal); err != nil {
		return err
	}
	if d.cluster != nil {
		return d.cluster.send(d, c, signal)
	}
	if !d.run.Driven() {
		if !c.drives {
			return failure("nobody drives %s; go on with it by %s", d.run.Name, d.command("run --resume"))
		}
		return d.resume(signal.Signal)
	}
	for _, s := range signal.parts() {
		data, err := json.Marshal(s)
		if err != nil {
			return failure("cannot send the signal: %w", err)
		}
		if err := d.run.Send(data); err != nil {
			return failure("%w", err)
		}
	}
	fmt.Fprintf(d.streams.Out, "%s %s\n", d.run.Name, c.done)
	return nil
}

// suits fails where suspend steps are given outputs that none of them takes, and
// where one that is named could not go on without more of them.
func (d *driving) suits(e *engine.Engine, s sentSignal) error {
	if s.Kind != engine.SignalResume {
		return nil
	}
	given := map[string]bool{}
	for _, p := range s.Parameters {
		given[p.Name] = true
	}
	var taken []string
	for id := range engine.NodeID(e.Len()) {
		path := e.View(id).Path
		if len(s.Paths) > 0 && !slices.Contains(s.Paths, path) {
			continue
		}
		takes, lacks := e.Wants(id)
		taken = append(taken, takes...)
		lacks = slices.DeleteFunc(lacks, func(name string) bool { return given[name] })
		if len(lacks) > 0 && len(s.Paths) > 0 {
			return failure("%s cannot go on without outputs that only you can give: %s", path, d.resumption(path, lacks))
		}
	}
	for _, p := range s.Parameters {
		if slices.Contains(taken, p.Name) {
			continue
		}
		if near, ok := diag.Nearest(p.Name, slices.Values(taken)); ok {
			return failure("no suspend step waits for an output %q, did you mean %q?", p.Name, near)
		}
		return failure("no suspend step waits for an output %q", p.Name)
	}
	return nil
}

// resumption is the command that lets a suspend step go on, with the outputs that
// it lacks.
func (d *driving) resumption(path string, lacks []string) string {
	words := "resume --node " + inShell(path)
	for _, name := range lacks {
		words += " -p " + name + "=VALUE"
	}
	return d.command(words)
}

// parts are the signals that one is made of: outputs are given before a step goes
// on.
func (s sentSignal) parts() []sentSignal {
	if s.Kind != engine.SignalResume || len(s.Parameters) == 0 && s.Message == "" {
		return []sentSignal{s}
	}
	set := s
	set.Kind = engine.SignalSet
	return []sentSignal{set, {Signal: engine.Signal{Kind: s.Kind}, Paths: s.Paths}}
}

// nodePaths are the paths of the nodes with a path or a name; those of the items of
// a loop have its name, too.
func nodePaths(e *engine.Engine, name string) ([]string, error) {
	if _, ok := e.Lookup(name); ok {
		return []string{name}, nil
	}
	var paths, items []string
	var names []string
	for id := range e.Len() {
		v := e.View(engine.NodeID(id))
		names = append(names, v.DisplayName)
		if v.DisplayName == name {
			paths = append(paths, v.Path)
		} else if item, ok := strings.CutPrefix(v.DisplayName, name+"("); ok && strings.Contains(item, ":") && !v.Retried {
			items = append(items, v.Path)
		}
	}
	if len(paths) > 0 {
		return paths, nil
	}
	if len(items) > 0 {
		return items, nil
	}
	if near, ok := diag.Nearest(name, func(yield func(string) bool) {
		for _, n := range names {
			if !yield(n) {
				return
			}
		}
	}); ok {
		return nil, failure("the run has no step %q, did you mean %q?", name, near)
	}
	return nil, failure("the run has no step %q, or has not come to it; weft get shows its steps", name)
}

// inShell is a word as a person types it in front of a shell: brackets of node paths
// are patterns to some.
func inShell(word string) string {
	if quoted, err := syntax.Quote(word, syntax.LangBash); err == nil {
		return quoted
	}
	return word // with a NUL, which no path has
}
