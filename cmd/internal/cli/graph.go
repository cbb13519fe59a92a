package cli

import (
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weft-lang/weft/compiler/emit/graph"
)

const graphHelp = `Draws what calls what: steps and tasks in their order, nested as templates call
each other. Loops are piles, what may not run is dashed, and so are hooks.

PATH is a file, a folder or a glob; "-" is standard input. The files are checked
as by weft lint: with an error in them nothing is drawn, and the exit code is 1.

svg is drawn by weft itself; dot is for Graphviz, mermaid for Markdown.`

const graphExamples = `  weft graph ci.weft > ci.svg
  weft graph ci.weft -o mermaid >> README.md
  weft graph flows/ -o dot | dot -Tpng > flows.png`

func newGraph(s Streams) *cobra.Command {
	var o projectFlags
	var output string
	outputs := slices.Sorted(maps.Keys(graph.Formats))
	cmd := &cobra.Command{
		Use:     "graph PATH...|-",
		Short:   "Draw workflows",
		Long:    graphHelp,
		Example: graphExamples,
		Args:    somePaths,
		RunE: func(_ *cobra.Command, paths []string) error {
			print, ok := graph.Formats[output]
			if !ok {
				return unknownValue("output", output, outputs)
			}
			p, err := o.open(s, paths)
			if err != nil {
				return err
			}
			all := &graph.Graph{}
			for _, f := range p.files {
				all.Nodes = append(all.Nodes, graph.Build(p.checked, f.Source.Name).Nodes...)
			}
			if err := print(s.Out, all); err != nil {
				return failure("cannot write: %w", err)
			}
			return nil
		},
	}
	o.register(cmd)
	cmd.Flags().StringVarP(&output, "output", "o", "svg", "print as `FORMAT`: "+strings.Join(outputs, ", "))
	complete(cmd, "output", outputs)
	return cmd
}
