package cli

import (
	"fmt"
	"os"
	"path"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weft-lang/weft/compiler/emit/diff"
	"github.com/weft-lang/weft/compiler/load"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/weft"
)

const fmtHelp = `Rewrites .weft files in canonical style. What they mean, and every comment, stays.

PATH is a file, a folder or a glob; without it the folder you are in is
formatted. "-" formats standard input to standard output.

The exit code is 1 when a file cannot be parsed, and, with --check or --diff,
when one would change.`

const fmtExamples = `  weft fmt                      everything below this folder
  weft fmt --check flows/       list what is not formatted, for CI
  weft fmt --diff ci.weft       show what would change
  weft fmt - < ci.weft          as a filter`

type fmtOptions struct {
	check, diff bool
	color       string
}

func newFmt(s Streams) *cobra.Command {
	var o fmtOptions
	cmd := &cobra.Command{
		Use:     "fmt [PATH...|-]",
		Short:   "Format .weft files",
		Long:    fmtHelp,
		Example: fmtExamples,
		RunE:    func(_ *cobra.Command, paths []string) error { return format(s, paths, o) },
	}
	cmd.Flags().BoolVar(&o.check, "check", false, "write nothing, list the files that would change")
	cmd.Flags().BoolVar(&o.diff, "diff", false, "write nothing, show what would change")
	cmd.Flags().StringVar(&o.color, "color", colorAuto, "use colours `WHEN`: "+strings.Join(colors, ", "))
	complete(cmd, "color", colors)
	return cmd
}

func format(s Streams, paths []string, o fmtOptions) error {
	if len(paths) == 0 {
		paths = []string{"."}
	}
	loaded, err := readPaths(s, paths, "stdin.weft")
	if err != nil {
		return err
	}
	broken := &diag.List{}
	changed, some := false, false
	for _, f := range loaded.Files {
		if path.Ext(f.Source.Name) != ".weft" {
			continue
		}
		some = true
		text, findings := weft.Format(f.Source)
		broken.Append(findings)
		if findings.Len() > 0 {
			continue
		}
		changed = changed || string(text) != f.Source.Text
		if err := o.finish(s, f, string(text)); err != nil {
			return err
		}
	}
	if !some {
		return &exit{Empty, fmt.Errorf("no .weft file in %s", strings.Join(paths, ", "))}
	}
	if broken.Len() > 0 {
		return refuse(s, broken, loaded)
	}
	if changed && (o.check || o.diff) {
		return &exit{code: Negative}
	}
	return nil
}

// finish does with one formatted file what the flags say.
func (o fmtOptions) finish(s Streams, f *load.File, text string) error {
	name, same := f.Source.Name, text == f.Source.Text
	switch {
	case o.diff && !same:
		var b strings.Builder
		fmt.Fprintf(&b, "--- %s\n+++ %s (formatted)\n", name, name)
		diff.Lines(&b, f.Source.Text, text, diff.Style{Color: useColor(o.color, s.Out, os.Getenv)})
		return write(s, b.String())
	case o.diff:
		return nil
	case o.check && !same:
		return write(s, name+"\n")
	case o.check:
		return nil
	case f.Stdin:
		return write(s, text)
	case same:
		return nil
	}
	return writeFile(name, text)
}
