package cli

import (
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weft-lang/weft/compiler/emit"
	"github.com/weft-lang/weft/compiler/emit/diff"
	"github.com/weft-lang/weft/compiler/load"
	"github.com/weft-lang/weft/lang/diag"
)

const convertHelp = `Turns Workflow YAML or JSON into .weft, comments included. PATH is a file, a
folder or a glob; "-" is standard input. What is .weft already stays out.

The result is compiled again and compared with the original before anything is
printed, so what it means is what the original means. The exit code is 1 when a
file cannot be read as YAML; other mistakes are converted as they are.`

const convertExamples = `  weft convert ci.yaml > ci.weft
  weft convert flows/*.yaml -d flows/       flows/ci.yaml becomes flows/ci.weft
  kubectl get wftmpl shared -o yaml | weft convert -`

func newConvert(s Streams) *cobra.Command {
	var dir string
	var stdinFilename string
	cmd := &cobra.Command{
		Use:     "convert PATH...|-",
		Short:   "Turn YAML into .weft",
		Long:    convertHelp,
		Example: convertExamples,
		Args:    somePaths,
		RunE:    func(_ *cobra.Command, paths []string) error { return convert(s, paths, dir, stdinFilename) },
	}
	cmd.Flags().StringVarP(&dir, "dir", "d", "", "write one file for each file read into the folder `DIR`")
	registerStdinFilename(cmd.Flags(), &stdinFilename)
	return cmd
}

func convert(s Streams, paths []string, dir, stdinFilename string) error {
	loaded, err := readPaths(s, paths, stdinFilename)
	if err != nil {
		return err
	}
	if loaded.Findings.Has(diag.Error) {
		return refuse(s, loaded.Findings, loaded)
	}
	var files []*load.File
	for _, f := range loaded.Files {
		switch {
		case !f.Ours || len(f.Documents) == 0:
		case filepath.Ext(f.Source.Name) != ".weft":
			files = append(files, f)
		case f.Explicit:
			return usage("%s is .weft already", f.Source.Name)
		}
	}
	if len(files) == 0 {
		return &exit{Empty, nothingToLint(paths, loaded)}
	}
	if dir != "" {
		return writeInto(dir, ".weft", files, converted)
	}
	var texts []string
	for _, f := range files {
		text, err := converted(f)
		if err != nil {
			return err
		}
		texts = append(texts, text)
	}
	return write(s, strings.Join(texts, "\n"))
}

// converted is a file in .weft.
func converted(f *load.File) (string, error) {
	text, differences := emit.Convert(f.Documents)
	if len(differences) > 0 {
		var b strings.Builder
		if err := diff.Text(&b, differences, diff.Style{}); err != nil {
			return "", failure("cannot write: %w", err)
		}
		return "", failure("%s does not survive the conversion, please report this:\n%s", f.Source.Name, b.String())
	}
	return string(text), nil
}
