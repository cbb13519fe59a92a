package cli

import (
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weft-lang/weft/compiler/emit/diff"
	"github.com/weft-lang/weft/compiler/load"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate/lint"
)

const diffHelp = `Says how two versions of workflows differ in meaning: by template, step and
field. Order, comments, quotes and spelling do not count, and one version may be
.weft where the other is YAML.

A and B are files or folders, here or in a git revision, as REVISION:PATH.

The exit code is 1 when they differ.`

const diffExamples = `  weft diff old.yaml new.yaml
  weft diff main:flows/ flows/
  weft diff ci.yaml ci.weft
  weft diff origin/main:flows HEAD:flows --format markdown`

func newDiff(s Streams) *cobra.Command {
	var format, color string
	formats := slices.Sorted(maps.Keys(diff.Formats))
	cmd := &cobra.Command{
		Use:     "diff A B",
		Short:   "Compare two versions of workflows",
		Long:    diffHelp,
		Example: diffExamples,
		Args:    cobra.ExactArgs(2),
		RunE: func(_ *cobra.Command, args []string) error {
			print, ok := diff.Formats[format]
			if !ok {
				return unknownValue("format", format, formats)
			}
			if !slices.Contains(colors, color) {
				return unknownValue("color", color, colors)
			}
			before, err := readVersion(s, args[0])
			if err != nil {
				return err
			}
			after, err := readVersion(s, args[1])
			if err != nil {
				return err
			}
			objects := diff.Compare(before, after)
			if err := print(s.Out, objects, diff.Style{Color: useColor(color, s.Out, os.Getenv)}); err != nil {
				return failure("cannot write: %w", err)
			}
			if len(objects) > 0 {
				return &exit{code: Negative}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "print as `FORMAT`: "+strings.Join(formats, ", "))
	cmd.Flags().StringVar(&color, "color", colorAuto, "use colours `WHEN`: "+strings.Join(colors, ", "))
	complete(cmd, "format", formats)
	complete(cmd, "color", colors)
	return cmd
}

// readVersion reads the documents of a file or folder, here or in a revision.
func readVersion(s Streams, arg string) ([]*tree.Document, error) {
	loaded, err := loadVersion(s, arg)
	if err != nil {
		return nil, err
	}
	if loaded.Findings.Has(diag.Error) {
		return nil, refuse(s, loaded.Findings, loaded)
	}
	var docs []*tree.Document
	for _, f := range loaded.Files {
		if f.Ours {
			docs = append(docs, f.Documents...)
		}
	}
	return docs, nil
}

func loadVersion(s Streams, arg string) (*load.Result, error) {
	revision, name, ok := strings.Cut(arg, ":")
	if _, err := os.Stat(arg); ok && os.IsNotExist(err) && revision != "" {
		fsys, name, err := atRevision(revision, name)
		if err != nil {
			return nil, err
		}
		loaded := lint.Read(fsys, []string{name}, lint.Options{})
		return loaded, unreadable(s, loaded.Failures)
	}
	return readPaths(s, []string{arg}, "")
}
