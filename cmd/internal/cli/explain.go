package cli

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weft-lang/weft/cmd/internal/manual"
	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/diag/render"
	"github.com/weft-lang/weft/validate/rules"
)

const explainHelp = `Prints the manual of a rule: what it finds and why that matters, an example with
what weft says about it, how it is done right, and how to switch the rule off.`

const explainExamples = `  weft explain unresolved-reference`

func newExplain(s Streams) *cobra.Command {
	color := colorAuto
	cmd := &cobra.Command{
		Use:               "explain RULE",
		Short:             "Print the manual of a rule",
		Long:              explainHelp,
		Example:           explainExamples,
		Args:              oneRule,
		ValidArgsFunction: completeRule,
		RunE: func(_ *cobra.Command, args []string) error {
			if !slices.Contains(colors, color) {
				return unknownValue("color", color, colors)
			}
			if text, ok := explainPodRule(args[0]); ok {
				return write(s, text)
			}
			r, ok := rules.Find(args[0])
			if !ok {
				return unknownRule(args[0])
			}
			width, _ := terminalWidth(s.Out)
			opts := render.Options{Color: useColor(color, s.Out, os.Getenv), Width: max(width-len("    "), 0)}
			return write(s, manual.Text(r, opts))
		},
	}
	cmd.Flags().StringVar(&color, "color", color, "use colours `WHEN`: "+strings.Join(colors, ", "))
	complete(cmd, "color", colors)
	return cmd
}

// explainPodRule is the manual of a rule that counts only when Pods are made.
func explainPodRule(name string) (string, bool) {
	for _, r := range pod.Rules() {
		if r.Name == name {
			return fmt.Sprintf("%s: %s\n\nfound     when Pods are made, by weft compile -o pods or in a run\nseverity  error\n\n%s\n",
				r.Name, r.Summary, strings.TrimSpace(r.Why)), true
		}
	}
	return "", false
}

func oneRule(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usage(`give the name of one rule; "weft rules" lists them`)
	}
	return nil
}

func completeRule(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var found []cobra.Completion
	for _, r := range rules.All() {
		found = append(found, cobra.CompletionWithDesc(r.Name, r.Summary))
	}
	for _, r := range pod.Rules() {
		found = append(found, cobra.CompletionWithDesc(r.Name, r.Summary))
	}
	return found, cobra.ShellCompDirectiveNoFileComp
}

func ruleNames() []string {
	var names []string
	for _, r := range rules.All() {
		names = append(names, r.Name)
	}
	for _, r := range pod.Rules() {
		names = append(names, r.Name)
	}
	return names
}

func unknownRule(name string) error {
	if near, ok := diag.Nearest(name, slices.Values(ruleNames())); ok {
		return usage("unknown rule %q, did you mean %q?", name, near)
	}
	return usage(`unknown rule %q; "weft rules" lists them`, name)
}
