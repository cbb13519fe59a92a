package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weft-lang/weft/compiler/emit/diff"
	"github.com/weft-lang/weft/compiler/emit/golden"
	"github.com/weft-lang/weft/compiler/load"
)

const goldenHelp = `Compares what workflows compile to, would run, and the Pods of that with what is
stored beside them: ci.weft with ci.weft.golden. What differs is shown, and the
exit code is 1. So a review sees what a change does, and a slip does not go
unnoticed. Of each loop the Pods of its first turn are stored.

A file without a golden file beside it fails, too; --update writes all that are
missing or differ, and removes those whose workflow is gone.`

const goldenExamples = `  weft golden --update flows/    write flows/*.golden
  weft golden flows/             in CI, or before a commit`

type goldenOptions struct {
	projectFlags
	update     bool
	allowEmpty bool
	color      string
}

func newGolden(s Streams) *cobra.Command {
	var o goldenOptions
	cmd := &cobra.Command{
		Use:     "golden PATH...",
		Short:   "Compare workflows with what is stored beside them",
		Long:    goldenHelp,
		Example: goldenExamples,
		Args:    somePaths,
		RunE:    func(_ *cobra.Command, paths []string) error { return checkGolden(s, paths, o) },
	}
	o.register(cmd)
	cmd.Flags().BoolVar(&o.allowEmpty, "allow-empty", false, "exit with 0 when there is no workflow")
	cmd.Flags().BoolVar(&o.update, "update", false, "rewrite the golden files")
	cmd.Flags().StringVar(&o.color, "color", colorAuto, "use colours `WHEN`: "+strings.Join(colors, ", "))
	complete(cmd, "color", colors)
	return cmd
}

func checkGolden(s Streams, paths []string, o goldenOptions) error {
	if slices.Contains(paths, load.Stdin) {
		return usage("a golden file stands beside a file, and standard input is none")
	}
	p := &project{} // golden files may be all that is there
	var err error
	if workflows := workflowsOf(paths); len(workflows) > 0 {
		p, err = o.open(s, workflows)
	}
	if stop := (*exit)(nil); o.allowEmpty && errors.As(err, &stop) && stop.code == Empty {
		p = &project{} // there may still be golden files of workflows that are gone
	} else if err != nil {
		return err
	}
	style := diff.Style{Color: useColor(o.color, s.Out, os.Getenv)}
	var out strings.Builder
	bad := 0
	for _, f := range p.files {
		if len(f.Documents) == 0 {
			continue
		}
		now, err := golden.Of(p.checked, f.Source.Name, p.podOptions(false))
		if err != nil {
			return failure("cannot plan %s: %w", f.Source.Name, err)
		}
		same, err := holdGolden(&out, f.Source.Name+golden.Extension, now, o.update, style)
		if err != nil {
			return err
		}
		if !same {
			bad++
		}
	}
	n, err := staleGolden(&out, paths, o.update)
	if err != nil {
		return err
	}
	if bad += n; bad == 0 {
		return write(s, out.String())
	}
	out.WriteString("\nIf that is meant, run weft golden --update and commit the result.\n")
	if err := write(s, out.String()); err != nil {
		return err
	}
	return &exit{code: Negative}
}

// workflowsOf puts the workflow in the place of a golden file that is named, as
// flows/* names it. One whose workflow is gone stays out.
func workflowsOf(paths []string) []string {
	var out []string
	for _, p := range paths {
		of, ok := strings.CutSuffix(p, golden.Extension)
		switch {
		case !ok || !isWorkflowFile(of):
			out = append(out, p)
		case isGone(p) || !isGone(of):
			out = append(out, of)
		}
	}
	return out
}

func isGone(name string) bool {
	_, err := os.Stat(name)
	return errors.Is(err, fs.ErrNotExist)
}

// holdGolden compares a golden file with what it has to hold now, and shows how
// it differs; update makes it hold that.
func holdGolden(out *strings.Builder, name string, now []byte, update bool, style diff.Style) (same bool, err error) {
	stored, err := os.ReadFile(filepath.FromSlash(name))
	stored = bytes.ReplaceAll(stored, []byte("\r\n"), []byte("\n")) // git may have checked it out so
	missing := errors.Is(err, fs.ErrNotExist)
	switch {
	case err != nil && !missing:
		return false, failure("cannot read a golden file: %w", err)
	case bytes.Equal(stored, now):
		return true, nil
	case update:
		fmt.Fprintf(out, "%s: written\n", name)
		return true, writeFile(filepath.FromSlash(name), string(now))
	case missing:
		fmt.Fprintf(out, "%s: there is no golden file yet\n", name)
	default:
		showGolden(out, name, stored, now, style)
	}
	return false, nil
}

func showGolden(out *strings.Builder, name string, stored, now []byte, style diff.Style) {
	sections := golden.Compare(stored, now)
	if len(sections) == 0 {
		fmt.Fprintf(out, "%s: the text around the sections differs\n", name)
	}
	for _, sec := range sections {
		fmt.Fprintf(out, "%s: %s differs\n", name, sec.Name)
		diff.Lines(out, sec.Before, sec.After, style)
	}
}

// staleGolden finds golden files without a workflow among the files and folders named.
func staleGolden(out *strings.Builder, paths []string, remove bool) (int, error) {
	stale := 0
	for _, p := range paths {
		if _, err := os.Stat(p); err != nil {
			continue
		}
		err := filepath.WalkDir(p, func(name string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || filepath.Ext(name) != golden.Extension {
				return err
			}
			of := strings.TrimSuffix(name, golden.Extension)
			if !isWorkflowFile(of) {
				return nil
			}
			if !isGone(of) {
				return nil
			}
			if remove {
				fmt.Fprintf(out, "%s: removed, there is no %s\n", name, filepath.Base(of))
				return os.Remove(name)
			}
			stale++
			fmt.Fprintf(out, "%s: there is no %s\n", name, filepath.Base(of))
			return nil
		})
		if err != nil {
			return 0, failure("cannot look for golden files: %w", err)
		}
	}
	return stale, nil
}

// isWorkflowFile tells golden files of ours from those of other programs.
func isWorkflowFile(name string) bool {
	switch filepath.Ext(name) {
	case ".weft", ".yaml", ".yml", ".json":
		return true
	}
	return false
}
