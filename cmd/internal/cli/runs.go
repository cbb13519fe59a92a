package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/report"
	"github.com/weft-lang/weft/runtime/store"
)

// findRun finds a stored run. @latest is the newest.
func findRun(folder store.Folder, name string) (*store.Run, error) {
	if name == "@latest" {
		all, err := listRuns(folder)
		if err != nil {
			return nil, err
		}
		if len(all) == 0 {
			return nil, failure("there are no runs")
		}
		return folder.Open(all[0].Name)
	}
	r, err := folder.Open(name)
	if err == nil {
		return r, nil
	}
	if errors.Is(err, store.ErrNoRun) {
		all, _ := folder.List()
		var names []string
		for _, r := range all {
			names = append(names, r.Name)
		}
		if near, ok := diag.Nearest(name, slices.Values(names)); ok {
			return nil, failure("%w, did you mean %q?", err, near)
		}
		return nil, failure("%w on this machine; weft runs lists them, and --cluster looks in a cluster", err)
	}
	return nil, failure("%w", err)
}

// oneRun wants the name of a run.
func oneRun(_ *cobra.Command, args []string) error {
	switch len(args) {
	case 0:
		return usage("name the run; weft runs lists them, and @latest is the newest")
	case 1:
		return nil
	}
	return usage("name one run: %q is too much", args[1])
}

// A listed run is a line of weft runs.
type listed struct {
	Name     string       `json:"name"`
	Workflow string       `json:"workflow,omitempty"`
	Phase    engine.Phase `json:"phase"`
	Driven   bool         `json:"driven"` // by a process that is still there
	// Suspended says that the run, or a step of it, goes on when somebody says so.
	Suspended bool      `json:"suspended,omitempty"`
	Message   string    `json:"message,omitempty"`
	Progress  string    `json:"progress,omitempty"`
	Created   time.Time `json:"created"`
	Started   time.Time `json:"started,omitzero"`
	Finished  time.Time `json:"finished,omitzero"`
}

// listRuns lists the runs, the newest first.
func listRuns(folder store.Folder) ([]listed, error) {
	runs, err := folder.List()
	if err != nil {
		return nil, failure("%w", err)
	}
	all := make([]listed, 0, len(runs))
	for _, r := range runs {
		h, err := r.Header()
		if err != nil {
			all = append(all, listed{Name: r.Name, Message: err.Error()})
			continue
		}
		s, err := r.Status()
		if err != nil {
			s.Message = err.Error()
		}
		all = append(all, listed{
			Name: r.Name, Workflow: h.Workflow, Phase: s.Phase, Driven: !s.Phase.Completed() && r.Driven(), Suspended: s.Suspended, Message: s.Message,
			Progress: s.Progress, Created: h.Created, Started: s.Started, Finished: s.Finished,
		})
	}
	slices.SortStableFunc(all, func(a, b listed) int { return b.Created.Compare(a.Created) })
	return all, nil
}

func newRuns(s Streams) *cobra.Command {
	var o struct {
		folderFlags
		output string
	}
	cmd := &cobra.Command{
		Use:   "runs",
		Short: "List the runs on this machine or in a cluster",
		Long: `Lists the runs that weft run has kept, the newest first. A run that is unfinished
and that no process drives any more is "left": weft run --resume goes on with it. One
that is "Suspended", or a step of which is, goes on after weft resume.`,
		Example: "  weft runs\n  weft runs --cluster -n ci\n  weft runs -o json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !slices.Contains(runOutputs, o.output) {
				return unknownValue("output", o.output, runOutputs)
			}
			all, err := o.list(cmd.Context())
			if err != nil {
				return err
			}
			if err := printRuns(s.Out, all, o.output); err != nil {
				return failure("cannot write: %w", err)
			}
			return nil
		},
	}
	o.register(cmd.Flags())
	cmd.Flags().StringVarP(&o.output, "output", "o", outputText, "print as `FORMAT`: "+strings.Join(runOutputs, ", "))
	complete(cmd, "output", runOutputs)
	return cmd
}

// list lists the runs, the newest first.
func (f *folderFlags) list(ctx context.Context) ([]listed, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	if f.cluster {
		place, err := f.connect("")
		if err != nil {
			return nil, err
		}
		return listClusterRuns(ctx, place)
	}
	folder, err := f.folder()
	if err != nil {
		return nil, err
	}
	return listRuns(folder)
}

func printRuns(w io.Writer, all []listed, output string) error {
	if output == outputJSON {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(struct {
			Version int      `json:"version"`
			Runs    []listed `json:"runs"`
		}{1, all})
	}
	if len(all) == 0 {
		_, err := fmt.Fprintln(w, "no runs")
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "NAME\tSTATUS\tAGE\tDURATION\tPROGRESS\tMESSAGE")
	now := time.Now()
	for _, r := range all {
		status := r.Phase.String()
		switch {
		case !r.Phase.Completed() && !r.Driven:
			status = "left"
		case r.Suspended && !r.Phase.Completed():
			status = "Suspended"
		case status == "":
			status = "Pending"
		}
		took := ""
		if !r.Started.IsZero() && (r.Phase.Completed() || r.Driven) {
			took = report.Short(report.Duration(r.Started, r.Finished, now))
		}
		message, _, _ := strings.Cut(r.Message, "\n")
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", r.Name, status, report.Short(max(now.Sub(r.Created), 0)), took, r.Progress, message)
	}
	return t.Flush()
}

func newGet(s Streams) *cobra.Command {
	var o struct {
		folderFlags
		output string
		all    bool
	}
	cmd := &cobra.Command{
		Use:   "get RUN",
		Short: "Show a run as a tree",
		Long: `Shows a run as it stands, from its journal. RUN may be @latest.

The exit code is 0 whatever the run came to.`,
		Example: "  weft get ci-x7k2p\n  weft get @latest --all\n  weft get ci-x7k2p -o json | jq .nodes",
		Args:    oneRun,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains(runOutputs, o.output) {
				return unknownValue("output", o.output, runOutputs)
			}
			d, err := o.openKept(cmd.Context(), s, args[0])
			if err != nil {
				return err
			}
			e, err := d.replayed()
			if err != nil {
				return err
			}
			r := d.snapshot(e)
			if o.output == outputJSON {
				err = report.JSON(s.Out, r)
			} else {
				d.flags.all = o.all
				err = d.showText(r)
			}
			if err != nil {
				return failure("cannot write: %w", err)
			}
			return nil
		},
	}
	o.register(cmd.Flags())
	cmd.Flags().StringVarP(&o.output, "output", "o", outputText, "print as `FORMAT`: "+strings.Join(runOutputs, ", "))
	cmd.Flags().BoolVar(&o.all, "all", false, "show every item of long loops")
	complete(cmd, "output", runOutputs)
	return cmd
}

func newDelete(s Streams) *cobra.Command {
	var o struct {
		folderFlags
		expired bool
	}
	cmd := &cobra.Command{
		Use:   "delete RUN...",
		Short: "Delete runs, with their logs and outputs",
		Long: `Deletes runs that have ended or were left. One that is being driven is not deleted: stop it first.

With --expired it deletes the runs whose ttlStrategy says that their time is up. In a
cluster every weft run that comes to its end does so, too.`,
		Example: "  weft delete ci-x7k2p ci-k3j9q\n  weft delete --cluster -n ci --expired",
		RunE: func(cmd *cobra.Command, names []string) error {
			switch {
			case o.expired && len(names) > 0:
				return usage("--expired finds the runs itself: name none")
			case !o.expired && len(names) == 0:
				return usage("name the runs to delete, or use --expired")
			}
			if err := o.check(); err != nil {
				return err
			}
			if o.expired {
				var err error
				if names, err = o.folderFlags.expired(cmd.Context()); err != nil {
					return err
				}
				if len(names) == 0 {
					fmt.Fprintln(s.Out, "no run has expired")
				}
			}
			for _, name := range names {
				deleted, err := o.delete(cmd.Context(), name)
				if err != nil {
					return err
				}
				fmt.Fprintf(s.Out, "%s deleted\n", deleted)
			}
			return nil
		},
	}
	o.register(cmd.Flags())
	cmd.Flags().BoolVar(&o.expired, "expired", false, "delete the runs whose ttlStrategy says so")
	return cmd
}

// delete deletes a run and returns its name.
func (f *folderFlags) delete(ctx context.Context, name string) (string, error) {
	if err := f.check(); err != nil {
		return "", err
	}
	if f.cluster {
		place, err := f.connect("")
		if err != nil {
			return "", err
		}
		r, err := f.find(ctx, place, name)
		if err != nil {
			return "", err
		}
		if err := r.Delete(ctx); err != nil {
			return "", failure("%w", err)
		}
		return r.Name, nil
	}
	folder, err := f.folder()
	if err != nil {
		return "", err
	}
	r, err := findRun(folder, name)
	if err != nil {
		return "", err
	}
	if err := folder.Delete(r.Name); err != nil {
		return "", failure("%w", err)
	}
	return r.Name, nil
}
