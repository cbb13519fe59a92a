package cli

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weft-lang/weft/compiler/emit"
	"github.com/weft-lang/weft/compiler/emit/diff"
	"github.com/weft-lang/weft/lang/diag"
)

const convertHelp = `Turns Workflow YAML or JSON into .weft, comments included. PATH is a file, a
folder or a glob; "-" is standard input.

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

// A converted file waits to be written: either all are, or none.
type converted struct{ name, text string }

func convert(s Streams, paths []string, dir, stdinFilename string) error {
	loaded, err := readPaths(s, paths, stdinFilename)
	if err != nil {
		return err
	}
	if loaded.Findings.Has(diag.Error) {
		return refuse(s, loaded.Findings, loaded)
	}
	var results []converted
	targets := map[string]string{}
	for _, f := range loaded.Files {
		if !f.Ours || len(f.Documents) == 0 {
			continue
		}
		text, differences := emit.Convert(f.Documents)
		if len(differences) > 0 {
			var b strings.Builder
			if err := diff.Text(&b, differences, diff.Style{}); err != nil {
				return failure("cannot write: %w", err)
			}
			return failure("%s does not survive the conversion, please report this:\n%s", f.Source.Name, b.String())
		}
		base := filepath.Base(f.Source.Name)
		target := filepath.Join(dir, strings.TrimSuffix(base, filepath.Ext(base))+".weft")
		if other, taken := targets[target]; taken && dir != "" {
			return usage("%s and %s would both be written to %s", other, f.Source.Name, target)
		}
		targets[target] = f.Source.Name
		results = append(results, converted{target, string(text)})
	}
	if len(results) == 0 {
		return &exit{Empty, nothingToLint(paths, loaded)}
	}
	return writeConverted(s, dir, results)
}

func writeConverted(s Streams, dir string, results []converted) error {
	if dir == "" {
		var texts []string
		for _, r := range results {
			texts = append(texts, r.text)
		}
		return write(s, strings.Join(texts, "\n"))
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return failure("cannot make the folder: %w", err)
	}
	for _, r := range results {
		if err := writeFile(r.name, r.text); err != nil {
			return err
		}
	}
	return nil
}
