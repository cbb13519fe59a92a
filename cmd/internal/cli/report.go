package cli

import (
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/report"
)

// maxPageLog is how much of a container's log a page shows.
const maxPageLog = 64 << 10

var reportOutputs = []string{"html", outputJSON}

func newReport(s Streams) *cobra.Command {
	var o struct {
		folderFlags
		output, file string
	}
	cmd := &cobra.Command{
		Use:   "report RUN",
		Short: "Make a page about a run",
		Long: `Prints one page about a run: its graph, how long each step took, inputs, outputs
and logs. The page needs nothing else, no network and no script, so that it can
be kept as an artifact of a CI job or sent by mail. RUN may be @latest.`,
		Example: "  weft report ci-x7k2p > run.html\n  weft report @latest -f run.html",
		Args:    oneRun,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains(reportOutputs, o.output) {
				return unknownValue("output", o.output, reportOutputs)
			}
			d, err := o.openKept(cmd.Context(), s, args[0])
			if err != nil {
				return err
			}
			return d.report(o.output, o.file)
		},
	}
	o.register(cmd.Flags())
	cmd.Flags().StringVarP(&o.output, "output", "o", "html", "print as `FORMAT`: "+strings.Join(reportOutputs, ", "))
	cmd.Flags().StringVarP(&o.file, "file", "f", "", "write `FILE` instead of standard output")
	complete(cmd, "output", reportOutputs)
	return cmd
}

func (d *driving) report(output, file string) error {
	e, err := d.replayed()
	if err != nil {
		return err
	}
	r := d.snapshot(e)
	var b strings.Builder
	if output == outputJSON {
		err = report.JSON(&b, r)
	} else {
		var unread error
		logs := func(id engine.NodeID) []report.Logs {
			found, err := d.logs(r.Nodes[id])
			if err != nil {
				unread = err
			}
			for i, l := range found {
				if cut := len(l.Text) - maxPageLog; cut > 0 {
					found[i].Text, found[i].Cut = l.Text[cut:], int64(cut)
				}
			}
			return found
		}
		err = report.HTML(&b, r, report.PageOptions{Now: time.Now(), Logs: logs})
		if unread != nil {
			return unread
		}
	}
	if err != nil {
		return failure("cannot make the page: %w", err)
	}
	if file != "" {
		return writeFile(file, b.String())
	}
	if _, err := d.streams.Out.Write([]byte(b.String())); err != nil {
		return failure("cannot write: %w", err)
	}
	return nil
}
