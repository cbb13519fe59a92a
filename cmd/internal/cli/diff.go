package cli

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weft-lang/weft/compiler"
	"github.com/weft-lang/weft/compiler/emit/diff"
	"github.com/weft-lang/weft/compiler/emit/pods"
	"github.com/weft-lang/weft/compiler/load"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/lint"
	"github.com/weft-lang/weft/validate/rules"
)

const diffHelp = `Says how two versions of workflows differ in meaning: by template, step and
field, then by the Pods that would run. Order, comments, quotes and spelling do not
count, and one version may be .weft where the other is YAML.

Pods are compared where neither version has errors; --pods=false leaves them out.

A and B are files or folders, here or in a git revision, as REVISION:PATH.

The exit code is 1 when they differ, or when one of them cannot be read as YAML or
.weft.`

const diffExamples = `  weft diff old.yaml new.yaml
  weft diff main:flows/ flows/
  weft diff ci.yaml ci.weft
  weft diff origin/main:flows HEAD:flows --format markdown`

func newDiff(s Streams) *cobra.Command {
	var format, color string
	var withPods bool
	formats := slices.Sorted(maps.Keys(diff.Formats))
	cmd := &cobra.Command{
		Use:     "diff A B",
		Short:   "Compare two versions of workflows",
		Long:    diffHelp,
		Example: diffExamples,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usage("name two versions to compare: weft diff A B")
			}
			return nil
		},
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
			if withPods {
				addPods(s, args, before, after)
			}
			objects := diff.CompareVersions(*before, *after)
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
	cmd.Flags().BoolVar(&withPods, "pods", true, "compare the Pods that would run, too")
	complete(cmd, "format", formats)
	complete(cmd, "color", colors)
	return cmd
}

// addPods adds to both versions the Pods that would run. Of a version with
// errors nobody knows them; then none are compared.
func addPods(s Streams, args []string, versions ...*diff.Version) {
	for i, v := range versions {
		settings := validate.Settings{Target: validate.ForWeft}
		result := validate.Check(compiler.Bind(v.Documents), validate.Options{
			Rules: rules.All(), Settings: func(string) *validate.Settings { return &settings },
		})
		if result.Checked == nil {
			fmt.Fprintf(s.Err, "weft: %s has errors, so Pods are not compared; weft lint shows them\n", args[i])
			for _, v := range versions {
				v.Manifests = nil
			}
			return
		}
		v.Manifests, _ = pods.Render(result.Checked, "", pods.Options{FirstTurns: true})
	}
}

// readVersion reads the documents of a file or folder, here or in a revision.
func readVersion(s Streams, arg string) (*diff.Version, error) {
	loaded, err := loadVersion(s, arg)
	if err != nil {
		return nil, err
	}
	if loaded.Findings.Has(diag.Error) {
		return nil, refuse(s, loaded.Findings, loaded)
	}
	v := &diff.Version{}
	for _, f := range loaded.Files {
		if f.Ours {
			v.Documents = append(v.Documents, f.Documents...)
		}
	}
	return v, nil
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
