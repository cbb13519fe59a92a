package cli

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/weft-lang/weft/compiler/eval"
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/compiler/load"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/run"
	"github.com/weft-lang/weft/runtime/store"
	"github.com/weft-lang/weft/validate"
)

const runHelp = `Checks a workflow and runs it, on this machine without a cluster, or in one.

Containers run as processes. Images are labels: what a container without a
command runs, weft.yaml (images) or --image says. Runs are kept in a folder
($WEFT_RUNS, else ~/.local/state/weft/runs) with their sources, so that weft get,
weft logs and weft report tell of them later, and --resume goes on where a run
was left.

Ctrl-C stops the run: its exit handlers still run. A second one ends it at once.

With --cluster the run happens as Pods of a cluster, in which nothing has to be
installed, and is kept there. What an image runs by itself is asked of its registry
where nothing else says it. Ctrl-C then asks what becomes of the run: it may be left
to its Pods, or a Job of the cluster may drive it on. --detach has such a Job from
the beginning and does not wait; --attach follows a run that others drive.`

const runExamples = `  weft run ci.weft
  weft run ci.weft -p branch=main --parameters prod.yaml
  weft run flows/ --workflow nightly --entrypoint build
  weft run ci.weft --image registry.example.org/lint=lint,--all
  weft run ci.weft -o json > result.json
  weft run --cluster -n ci ci.weft
  weft run --resume ci-x7k2p
  weft run --cluster -n ci --detach ci.weft
  weft run --cluster -n ci --attach ci-x7k2p`

// The values of -o of commands that show runs.
const (
	outputText = "text"
	outputJSON = "json"
)

var runOutputs = []string{outputText, outputJSON}

type runOptions struct {
	projectFlags
	machineFlags
	folderFlags
	podFlags
	detachFlags
	retryFlags
	workflow, entrypoint, name string
	resume, retry, attach      string
	output                     string
	all                        bool // of weft get
}

func newRun(s Streams) *cobra.Command {
	var o runOptions
	cmd := &cobra.Command{
		Use:     "run PATH...|-",
		Short:   "Run a workflow, on this machine or in a cluster",
		Long:    runHelp,
		Example: runExamples,
		RunE: func(cmd *cobra.Command, paths []string) error {
			if !slices.Contains(runOutputs, o.output) {
				return unknownValue("output", o.output, runOutputs)
			}
			if err := o.keeps(cmd.Flags()); err != nil {
				return err
			}
			return o.run(cmd.Context(), s, paths)
		},
	}
	o.projectFlags.register(cmd)
	o.machineFlags.register(cmd.Flags())
	o.folderFlags.register(cmd.Flags())
	o.podFlags.register(cmd.Flags())
	o.detachFlags.register(cmd.Flags())
	flags := cmd.Flags()
	flags.StringVar(&o.workflow, "workflow", "", "run the workflow or template `NAME`, where there are several")
	flags.StringVar(&o.entrypoint, "entrypoint", "", "begin with the template `NAME`")
	flags.StringVar(&o.name, "name", "", "call the run `NAME`")
	flags.StringVar(&o.resume, "resume", "", "go on with `RUN`, which nobody drives any more")
	flags.StringVar(&o.retry, "retry", "", "run again what failed in `RUN`, as weft retry does")
	flags.StringVar(&o.attach, "attach", "", "with --cluster: follow `RUN`, which another process drives")
	flags.BoolVarP(&o.yes, "yes", "y", false, "with --retry: do not ask")
	flags.StringVarP(&o.output, "output", "o", outputText, "show the run as `FORMAT`: "+strings.Join(runOutputs, ", "))
	complete(cmd, "output", runOutputs)
	return cmd
}

// goesOn are the flags that count where a run goes on, and those that count where it
// is to be retried; whoever follows it needs fewer.
var (
	goesOn  = []string{"cluster", "kubeconfig", "context", "namespace", "runs", "output", "resume", "detach", "in-job", "driver-image", "driver-service-account", "agent-image", "service-account"}
	retries = append(slices.Clone(goesOn), "retry", "parameter", "parameters", "yes")
	follows = []string{"cluster", "kubeconfig", "context", "namespace", "output", "attach"}
)

// keeps finds flags that would change nothing of a run that there is already.
func (o *runOptions) keeps(flags *pflag.FlagSet) (err error) {
	counting := goesOn
	switch {
	case o.retry != "":
		counting = retries
	case o.attach != "":
		counting = follows
	case o.resume == "":
		return nil
	}
	flags.Visit(func(f *pflag.Flag) {
		if err == nil && !slices.Contains(counting, f.Name) && f.Name != "retry" && f.Name != "attach" && f.Name != "resume" {
			err = usage("--%s is for runs that begin, or begin again: %s keeps what it has", f.Name, cmp.Or(o.resume, o.retry, o.attach))
		}
	})
	return err
}

func (o *runOptions) run(ctx context.Context, s Streams, paths []string) error {
	if err := cmp.Or(o.clusterFlags.check(), o.detachFlags.check(o.cluster), o.podFlags.check(o.cluster)); err != nil {
		return err
	}
	kept := slices.DeleteFunc([]string{o.resume, o.retry, o.attach}, func(name string) bool { return name == "" })
	switch {
	case len(kept) > 1:
		return usage("--resume, --retry and --attach contradict each other: name one")
	case len(kept) == 1 && len(paths) > 0:
		return usage("a run that there is has its files already: name no PATH")
	case o.attach != "" && !o.cluster:
		return usage("--attach follows a run in a cluster: add --cluster; weft logs -f follows one on this machine")
	case o.attach != "":
		return o.attachTo(ctx, s)
	case o.inJob:
		return o.goOnInJob(ctx, s)
	case len(kept) == 1:
		return o.goOn(ctx, s)
	case len(paths) == 0:
		return usage("name the file to run")
	}
	return o.begin(ctx, s, paths)
}

// begin runs what paths name.
func (o *runOptions) begin(ctx context.Context, s Streams, paths []string) error {
	files := newRecorder()
	if err := readStdin(&s, paths, files); err != nil {
		return err
	}
	if o.settings.target == "" {
		o.settings.target = validate.ForWeft.String()
	}
	o.foreign = true // ConfigMaps and Secrets
	o.place = o.access.Namespace
	args, err := o.arguments()
	if err != nil {
		return err
	}
	reading, err := onThisMachine(s, load.Options{StdinName: o.stdinFilename, Context: slashed(o.with), KeepContext: true, Foreign: true})
	if err != nil {
		return err
	}
	p, err := o.openIn(s, files, reading, args, paths)
	if err != nil {
		return err
	}
	object, err := p.runnable(o.workflow)
	if err != nil {
		return err
	}
	if err := o.findRoots(); err != nil {
		return err
	}
	h := o.header(object, args)
	if !o.cluster {
		if h.Images, err = o.askHere(ctx, s, p, object); err != nil {
			return err
		}
	}
	// What cannot begin leaves nothing behind.
	if _, err := engine.New(p.checked, configOf(h, object)); err != nil {
		return usage("%w", err)
	}
	if h.Settings, err = o.keep(p, paths, reading.WorkDir); err != nil {
		return err
	}
	if what := uncarried(object, o.cluster); what != "" {
		fmt.Fprintln(s.Err, "weft:", what)
	}
	if o.cluster {
		return o.beginIn(ctx, s, p, object, h, files.sources())
	}
	folder, err := o.folder()
	if err != nil {
		return err
	}
	kept, journal, err := o.create(folder, h, object, files.sources())
	if err != nil {
		return err
	}
	h.Name = kept.Name
	d := driving{streams: s, flags: o, folder: folder, run: kept, header: h, project: p, object: object, journal: journal}
	return d.drive(run.Options{})
}

// header is what is told of a run before it begins. It gets its name later.
func (o *runOptions) header(object *ir.Object, args []eval.Argument) store.Header {
	h := store.Header{
		Weft: version(), UID: newUID(), Created: time.Now().UTC(), Kind: object.Kind.String(), Workflow: title(object),
		Namespace: object.Namespace.Text(), Entrypoint: o.entrypoint, TTL: ttlOf(object),
	}
	if h.Namespace == "" {
		h.Namespace = "default"
	}
	for _, a := range args {
		h.Parameters = append(h.Parameters, engine.Value{Name: a.Name, Value: a.Value.Text()})
	}
	return h
}

// create makes the folder of the run.
func (o *runOptions) create(folder store.Folder, h store.Header, object *ir.Object, sources []store.File) (kept *store.Run, journal *store.Journal, err error) {
	err = o.tryNames(object, func(name string) error {
		h.Name = name
		kept, journal, err = folder.Create(h, sources)
		return err
	})
	return kept, journal, err
}

// tryNames makes a run with the first name that is not taken: one that is gets a
// number.
func (o *runOptions) tryNames(object *ir.Object, create func(name string) error) error {
	name := o.name
	if name == "" {
		name = object.Name.Text()
	}
	if name == "" {
		// Pods and ConfigMaps are named after the run: no upper case.
		name = strings.ToLower(object.GenerateName.Text() + rand.Text()[:5])
	}
	for i := 2; ; i++ {
		numbered := name
		if i > 2 {
			numbered = fmt.Sprintf("%s-%d", name, i-1)
		}
		err := create(numbered)
		switch {
		case err == nil:
			return nil
		case !errors.Is(err, store.ErrRunExists):
			return failure("%w", err)
		case o.name != "":
			return failure("%w; choose another --name", err)
		}
	}
}

// goOn drives a stored run on.
func (o *runOptions) goOn(ctx context.Context, s Streams) error {
	d, err := o.openKept(ctx, s, o.resume+o.retry)
	if err != nil {
		return err
	}
	d.flags.output, d.flags.folderFlags, d.flags.detachFlags = o.output, o.folderFlags, o.detachFlags
	d.unkept = d.flags.podFlags.change(o.podFlags)
	if o.retry != "" {
		args, err := o.arguments()
		if err != nil {
			return err
		}
		return d.again(ctx, o.retryFlags, args)
	}
	if o.detach {
		return d.cluster.detach(d)
	}
	return d.resume()
}

// runnable is what to run of the files named: the one workflow there, or the one
// of that name.
func (p *project) runnable(name string) (*ir.Object, error) {
	var found []*ir.Object
	var names []string
	for _, kinds := range [][]ir.Kind{{ir.Workflow}, {ir.CronWorkflow, ir.WorkflowTemplate, ir.ClusterWorkflowTemplate}} {
		for _, o := range p.checked.Project().Objects {
			if !slices.Contains(kinds, o.Kind) || !p.named(o) {
				continue
			}
			names = append(names, title(o))
			if name == "" || title(o) == name {
				found = append(found, o)
			}
		}
		if len(found) > 0 {
			break
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return nil, ambiguous(found)
	case name != "":
		return nil, unknownValue("workflow", name, names)
	}
	return nil, &exit{Empty, errors.New("there is no workflow to run in these files")}
}

// ambiguous says how to name one of the objects: by name, or by file where they
// share a name.
func ambiguous(found []*ir.Object) error {
	var names, files []string
	for _, o := range found {
		names, files = append(names, title(o)), append(files, o.Doc.File.Name)
	}
	if distinct := slices.Compact(slices.Sorted(slices.Values(names))); len(distinct) > 1 {
		return usage("there are several workflows, say which with --workflow: %s", strings.Join(distinct, ", "))
	}
	return usage("there are several workflows named %q, name the file of one: %s", names[0], strings.Join(files, ", "))
}

// named reports whether the command line names the file of an object.
func (p *project) named(o *ir.Object) bool {
	return slices.ContainsFunc(p.files, func(f *load.File) bool { return f.Source == o.Doc.File })
}

// title is the name of an object, or what its name begins with.
func title(o *ir.Object) string {
	if name := o.Name.Text(); name != "" {
		return name
	}
	return strings.TrimRight(o.GenerateName.Text(), "-.")
}

// newUID is a random UUID of version 4.
func newUID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:])
	return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
}

// folderFlags say where runs are kept.
type folderFlags struct {
	runs string
	clusterFlags
}

func (f *folderFlags) register(flags *pflag.FlagSet) {
	f.clusterFlags.register(flags)
	flags.StringVar(&f.runs, "runs", "", "keep runs in `DIR` instead of $WEFT_RUNS or ~/.local/state/weft/runs")
}

func (f *folderFlags) folder() (store.Folder, error) {
	path := f.runs
	if path == "" {
		var err error
		if path, err = store.DefaultPath(os.Getenv); err != nil {
			return store.Folder{}, failure("cannot tell where runs are kept: %w; use --runs", err)
		}
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return store.Folder{}, failure("cannot find %s: %w", f.runs, err)
	}
	return store.NewFolder(path), nil
}
