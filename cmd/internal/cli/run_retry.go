package cli

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/weft-lang/weft/compiler/eval"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/store"
)

// retryFlags say what of a run begins anew.
type retryFlags struct {
	nodes []string
	yes   bool
}

func (f *retryFlags) register(flags *pflag.FlagSet) {
	flags.StringArrayVar(&f.nodes, "node", nil, "also run again the step with this `NAME` or path, and what depends on it, even if it succeeded; may be repeated")
	flags.BoolVarP(&f.yes, "yes", "y", false, "do not ask")
}

func newRetry(s Streams) *cobra.Command {
	var o runOptions
	cmd := &cobra.Command{
		Use:   "retry RUN",
		Short: "Run again what failed in a run",
		Long: `Shows which steps of a run failed, asks, and runs them again with all that depends
on them. What succeeded stays as it is, unless --node names it. The run keeps its
name; it is driven like any other by weft run. RUN may be @latest.

-p changes arguments of the workflow: what runs again sees the new ones. In a
cluster, --agent-image and --service-account count for Pods that are made anew.`,
		Example: "  weft retry ci-x7k2p\n  weft retry ci-x7k2p -p version=1.4.2\n  weft retry ci-x7k2p --node build\n  weft retry --cluster -n ci --detach ci-x7k2p",
		Args:    oneRun,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains(runOutputs, o.output) {
				return unknownValue("output", o.output, runOutputs)
			}
			if err := cmp.Or(o.detachFlags.check(o.cluster), o.podFlags.check(o.cluster)); err != nil {
				return err
			}
			o.retry = args[0]
			return o.goOn(cmd.Context(), s)
		},
	}
	o.folderFlags.register(cmd.Flags())
	o.detachFlags.register(cmd.Flags())
	o.podFlags.register(cmd.Flags())
	o.retryFlags.register(cmd.Flags())
	flags := cmd.Flags()
	flags.StringArrayVarP(&o.parameters, "parameter", "p", nil, "set the workflow argument `NAME=VALUE` anew; may be repeated")
	flags.StringVarP(&o.output, "output", "o", outputText, "show the run as `FORMAT`: "+strings.Join(runOutputs, ", "))
	complete(cmd, "output", runOutputs)
	return cmd
}

// again runs what failed once more, and what is named, after showing what that is.
func (d *driving) again(ctx context.Context, flags retryFlags, args []eval.Argument) error {
	e, err := d.replayed()
	if err != nil {
		return err
	}
	switch v := e.Run(); {
	case !v.Phase.Completed():
		return failure("%s has not ended; go on with it by %s", d.header.Name, d.command("run --resume"))
	case v.Phase == engine.Succeeded && len(flags.nodes) == 0:
		return failure("%s succeeded: there is nothing to run again; --node names steps that are to run again all the same", d.header.Name)
	}
	signal := engine.Signal{Kind: engine.SignalRetry}
	for _, name := range flags.nodes {
		paths, err := nodePaths(e, name)
		if err != nil {
			return err
		}
		for _, path := range paths {
			if id, ok := e.Lookup(path); ok {
				signal.Nodes = append(signal.Nodes, id)
			}
		}
	}
	if err := d.accepts(ctx, args); err != nil {
		return err
	}
	for _, a := range args {
		signal.Parameters = append(signal.Parameters, engine.Value{Name: a.Name, Value: a.Value.Text()})
	}
	if !d.agrees(e, signal, flags.yes) {
		return &exit{code: Negative}
	}
	return d.resume(signal)
}

// agrees shows what runs again, and asks whoever sits at the terminal.
func (d *driving) agrees(e *engine.Engine, signal engine.Signal, yes bool) bool {
	fmt.Fprintf(d.streams.Err, "These run again, with all that follows from them:\n")
	for id := range engine.NodeID(e.Len()) {
		v := e.View(id)
		if slices.Contains(signal.Nodes, id) || v.Phase.Bad() && leafTypes[v.Type] && !v.Hooked {
			fmt.Fprintln(d.streams.Err, strings.TrimRight("  "+v.Path+"  "+v.Message, " "))
		}
	}
	if _, terminal := terminalWidth(d.streams.Out); !terminal || yes {
		return true
	}
	fmt.Fprint(d.streams.Err, "Go on? [Y/n] ")
	answer, _ := bufio.NewReader(d.streams.In).ReadString('\n')
	a := strings.ToLower(strings.TrimSpace(answer))
	return a == "" || a == "y" || a == "yes"
}

// accepts checks the workflow with other arguments.
func (d *driving) accepts(ctx context.Context, args []eval.Argument) error {
	if len(args) == 0 {
		return nil
	}
	h := d.header
	h.Parameters = nil
	for _, p := range d.header.Parameters {
		if !slices.ContainsFunc(args, func(a eval.Argument) bool { return a.Name == p.Name }) {
			h.Parameters = append(h.Parameters, p)
		}
	}
	for _, a := range args {
		h.Parameters = append(h.Parameters, engine.Value{Name: a.Name, Value: a.Value.Text()})
	}
	files, err := d.sources(ctx)
	if err != nil {
		return failure("%w", err)
	}
	_, _, err = reopenFiles(d.streams, files, h)
	return err
}

// sources are the files that the run was made from.
func (d *driving) sources(ctx context.Context) ([]store.File, error) {
	if d.cluster != nil {
		return d.cluster.run.Sources(ctx)
	}
	return d.run.Sources(d.header)
}

// command is a command line about the run, such as "run --resume" of it.
func (d *driving) command(words string) string {
	if d.cluster != nil {
		return d.cluster.command(words, d.header.Name)
	}
	return "weft " + words + " " + d.header.Name
}

// leafTypes are the nodes that do work themselves.
var leafTypes = map[engine.NodeType]bool{
	engine.PodNode: true, engine.HTTPNode: true, engine.SuspendNode: true, engine.PluginNode: true, engine.SkippedNode: true,
}
