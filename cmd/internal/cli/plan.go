package cli

import (
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weft-lang/weft/compiler/emit/plan"
)

const planHelp = `Says what workflows would run, and runs nothing: the steps with their loops
expanded, how many Pods and how many at once, the longest chain, images,
resources, and sizes that come near a limit of the cluster.

What only the run can tell is marked: loops over results, conditions on them.

PATH is a file, a folder or a glob; "-" is standard input. The exit code is 1 when
there is an error in the files, or something is larger than a cluster takes.`

const planExamples = `  weft plan ci.weft
  weft plan ci.yaml -p count=50
  weft plan ci.weft -o json | jq '.plans[].pods'
  weft plan ci.weft -o svg > plan.svg`

func newPlan(s Streams) *cobra.Command {
	var o projectFlags
	var output string
	outputs := slices.Sorted(maps.Keys(plan.Formats))
	cmd := &cobra.Command{
		Use:     "plan PATH...|-",
		Short:   "Say what would run",
		Long:    planHelp,
		Example: planExamples,
		Args:    somePaths,
		RunE: func(_ *cobra.Command, paths []string) error {
			print, ok := plan.Formats[output]
			if !ok {
				return unknownValue("output", output, outputs)
			}
			p, err := o.open(s, paths)
			if err != nil {
				return err
			}
			return printPlans(s, p, print)
		},
	}
	o.register(cmd)
	cmd.Flags().StringVarP(&output, "output", "o", "text", "print as `FORMAT`: "+strings.Join(outputs, ", "))
	complete(cmd, "output", outputs)
	return cmd
}

func printPlans(s Streams, p *project, print plan.Format) error {
	var plans []*plan.Plan
	for _, f := range p.files {
		plans = append(plans, plan.Of(p.checked, f.Source.Name)...)
	}
	if len(plans) == 0 {
		return &exit{Empty, nothingToRun()}
	}
	if err := print(s.Out, plans); err != nil {
		return failure("cannot write: %w", err)
	}
	for _, p := range plans {
		if slices.ContainsFunc(p.Sizes, plan.Size.Over) {
			return &exit{code: Negative}
		}
	}
	return nil
}

func nothingToRun() error {
	return failure("nothing to run: no workflow in these files has an entrypoint")
}
