package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weft-lang/weft/compiler/emit"
	"github.com/weft-lang/weft/compiler/load"
)

const compileHelp = `Checks workflows and prints them as canonical Workflow YAML.

PATH is a file, a folder or a glob, of .weft, YAML or JSON; "-" is standard
input. All files are checked together, as by weft lint. With an error in them
nothing is printed. The same input gives the same bytes.`

const compileExamples = `  weft compile ci.weft | kubectl create -f -
  weft compile flows/ -d manifests/           one .yaml for each file
  weft compile ci.weft -p branch=main --parameters prod.yaml
  weft compile ci.weft --helm-safe > chart/templates/ci.yaml
  cat ci.weft | weft compile --stdin-filename ci.weft -`

// The values of -o.
const (
	outputWorkflow = "workflow"
	outputIR       = "ir"
)

var compileOutputs = []string{outputWorkflow, outputIR}

type compileOptions struct {
	projectFlags
	output, dir string
	helmSafe    bool
}

func newCompile(s Streams) *cobra.Command {
	var o compileOptions
	cmd := &cobra.Command{
		Use:     "compile PATH...|-",
		Short:   "Print workflows as canonical YAML",
		Long:    compileHelp,
		Example: compileExamples,
		Args:    cobra.MinimumNArgs(1),
		RunE:    func(_ *cobra.Command, paths []string) error { return compile(s, paths, o) },
	}
	o.register(cmd)
	flags := cmd.Flags()
	flags.StringVarP(&o.output, "output", "o", outputWorkflow, "print `WHAT`: "+strings.Join(compileOutputs, ", "))
	flags.StringVarP(&o.dir, "dir", "d", "", "write one file for each file read into the folder `DIR`")
	flags.BoolVar(&o.helmSafe, "helm-safe", false, "wrap {{tags}} so that Helm leaves them alone")
	complete(cmd, "output", compileOutputs)
	return cmd
}

func compile(s Streams, paths []string, o compileOptions) error {
	if !slices.Contains(compileOutputs, o.output) {
		return unknownValue("output", o.output, compileOutputs)
	}
	p, err := o.open(s, paths)
	if err != nil {
		return err
	}
	if o.dir != "" {
		return compileInto(o.dir, p, o)
	}
	var parts []string
	for _, f := range p.files {
		if text := o.text(p, f); text != "" {
			parts = append(parts, text)
		}
	}
	return write(s, strings.Join(parts, o.separator()))
}

// text is what is printed for one file.
func (o compileOptions) text(p *project, f *load.File) string {
	var text string
	switch o.output {
	case outputIR:
		text = string(emit.Outline(p.checked, f.Source.Name))
	default:
		text = string(emit.YAML(p.checked, f.Source.Name))
	}
	if o.helmSafe {
		text = emit.HelmSafe(text)
	}
	return text
}

// separator stands between the outputs of two files.
func (o compileOptions) separator() string {
	if o.output == outputIR {
		return ""
	}
	return "---\n"
}

func compileInto(dir string, p *project, o compileOptions) error {
	extension := ".yaml"
	if o.output == outputIR {
		extension = ".json"
	}
	from := map[string]string{}
	for _, f := range p.files {
		if len(f.Documents) == 0 {
			continue
		}
		base := filepath.Base(f.Source.Name)
		target := filepath.Join(dir, strings.TrimSuffix(base, filepath.Ext(base))+extension)
		if other, taken := from[target]; taken {
			return usage("%s and %s would both be written to %s", other, f.Source.Name, target)
		}
		from[target] = f.Source.Name
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return failure("cannot make the folder: %w", err)
	}
	for target, name := range from {
		i := slices.IndexFunc(p.files, func(f *load.File) bool { return f.Source.Name == name })
		if err := writeFile(target, o.text(p, p.files[i])); err != nil {
			return err
		}
	}
	return nil
}
