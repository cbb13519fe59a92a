package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weft-lang/weft/compiler/emit"
	"github.com/weft-lang/weft/compiler/emit/pods"
	"github.com/weft-lang/weft/compiler/load"
	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/validate"
)

const compileHelp = `Checks workflows and prints them as canonical Workflow YAML, or as the Pods that
weft would run.

PATH is a file, a folder or a glob, of .weft, YAML or JSON; "-" is standard
input. All files are checked together, as by weft lint. With an error in them
nothing is printed, and the exit code is 1. The same input gives the same bytes.

With -o pods every Pod is printed that can be known before the run, with its
ConfigMaps and the claims of the run. What only the run can tell shows as the
{{tag}} that asks for it, and where no tag can stand, a comment says what stands
for what. --stand-ins leaves no tags, so that a cluster takes the result.`

const compileExamples = `  weft compile ci.weft | kubectl create -f -
  weft compile flows/ -d manifests/           one .yaml for each file
  weft compile ci.weft -p branch=main --parameters prod.yaml
  weft compile ci.weft --helm-safe > chart/templates/ci.yaml
  weft compile ci.weft -o pods -p branch=main
  weft compile ci.weft -o pods --stand-ins | kubectl create --dry-run=server -f -
  cat ci.weft | weft compile --stdin-filename ci.weft -`

// The values of -o.
const (
	outputWorkflow = "workflow"
	outputPods     = "pods"
	outputIR       = "ir"
)

var compileOutputs = []string{outputWorkflow, outputPods, outputIR}

type compileOptions struct {
	projectFlags
	output, dir string
	helmSafe    bool
	standIns    bool
}

func newCompile(s Streams) *cobra.Command {
	var o compileOptions
	cmd := &cobra.Command{
		Use:     "compile PATH...|-",
		Short:   "Print workflows as canonical YAML",
		Long:    compileHelp,
		Example: compileExamples,
		Args:    somePaths,
		RunE:    func(_ *cobra.Command, paths []string) error { return compile(s, paths, o) },
	}
	o.register(cmd)
	flags := cmd.Flags()
	flags.StringVarP(&o.output, "output", "o", outputWorkflow, "print `WHAT`: "+strings.Join(compileOutputs, ", "))
	flags.StringVarP(&o.dir, "dir", "d", "", "write one file for each file read into the folder `DIR`")
	flags.BoolVar(&o.helmSafe, "helm-safe", false, "wrap {{tags}} so that Helm leaves them alone")
	flags.BoolVar(&o.standIns, "stand-ins", false, "with -o pods: put a value in the place of what only the run knows")
	complete(cmd, "output", compileOutputs)
	return cmd
}

func compile(s Streams, paths []string, o compileOptions) error {
	if !slices.Contains(compileOutputs, o.output) {
		return unknownValue("output", o.output, compileOutputs)
	}
	switch {
	case o.standIns && o.output != outputPods:
		return usage("--stand-ins goes with -o %s", outputPods)
	case o.output == outputPods && o.settings.target == "":
		o.settings.target = validate.ForWeft.String() // nobody else makes these Pods
	}
	p, err := o.open(s, paths)
	if err != nil {
		return err
	}
	if o.dir != "" {
		files := slices.DeleteFunc(slices.Clone(p.files), func(f *load.File) bool { return len(f.Documents) == 0 })
		return writeInto(o.dir, o.extension(), files, func(f *load.File) (string, error) { return o.text(s, p, f) })
	}
	var parts []string
	for _, f := range p.files {
		text, err := o.text(s, p, f)
		if err != nil {
			return err
		}
		if text != "" {
			parts = append(parts, text)
		}
	}
	if len(parts) == 0 && o.output == outputPods {
		return &exit{Empty, nothingToRun()}
	}
	return write(s, strings.Join(parts, o.separator()))
}

// text is what is printed for one file.
func (o compileOptions) text(s Streams, p *project, f *load.File) (string, error) {
	var text string
	switch o.output {
	case outputPods:
		all, findings := pods.Render(p.checked, f.Source.Name, p.podOptions(o.standIns))
		if len(findings) > 0 {
			return "", printErrors(s, findings, []string{f.Source.Name})
		}
		text = string(pods.YAML(all))
	case outputIR:
		text = string(emit.Outline(p.checked, f.Source.Name))
	default:
		text = string(emit.YAML(p.checked, f.Source.Name))
	}
	if o.helmSafe {
		text = emit.HelmSafe(text)
	}
	return text, nil
}

// podOptions are what the settings say about Pods.
func (p *project) podOptions(standIns bool) pods.Options {
	o := pods.Options{StandIns: standIns}
	c := p.cluster()
	o.Pod = pod.Options{Entrypoints: p.Images(), AgentImage: c.AgentImage, GitImage: c.GitImage, Store: c.Artifacts}
	return o
}

// separator stands between the outputs of two files.
func (o compileOptions) separator() string {
	if o.output == outputIR {
		return ""
	}
	return "---\n"
}

// extension is that of the files that are written.
func (o compileOptions) extension() string {
	if o.output == outputIR {
		return ".json"
	}
	return ".yaml"
}
