package unit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/weft-lang/weft/compiler/eval"
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/yaml"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/run"
	"github.com/weft-lang/weft/runtime/sim"
)

// Loaded is what a test runs.
type Loaded struct {
	Checked  *ir.Checked
	Findings *diag.List // when there is nothing to run
	Used     []string   // the parameters that some workflow has
	Known    []string   // that there are
}

// Options are what tests need of the outside.
type Options struct {
	// Load reads and checks files, with parameters set.
	Load func(files []string, args []eval.Argument) (*Loaded, error)
	// Trace reads a golden trace; it is nil where there is none yet.
	Trace func(name string) ([]byte, error)
	// Write, if there is one, keeps traces that differ from the golden ones.
	Write func(name string, data []byte) error
}

// Result is what came of a test. It passed when no finding is an error.
type Result struct {
	Test     *Test
	Findings *diag.List
	Trace    string
}

// Passed reports whether all was as expected.
func (r *Result) Passed() bool { return !r.Findings.Has(diag.Error) }

// Run runs one test of the file. An error is the world's fault, not the test's.
func (f *File) Run(ctx context.Context, t *Test, opts Options) (*Result, error) {
	result := &Result{Test: t, Findings: &diag.List{}}
	r := &reader{found: result.Findings}
	loaded, err := opts.Load(f.files(), t.Parameters)
	if err != nil {
		return nil, err
	}
	if loaded.Checked == nil {
		result.Findings.Append(loaded.Findings)
		return result, nil
	}
	for _, p := range t.Parameters {
		if !slices.Contains(loaded.Used, p.Name) {
			r.fault(p.Value.Span, diag.DidYouMean(p.Name, slices.Values(loaded.Known)), "no workflow has a parameter %q", p.Name)
		}
	}
	object := f.object(r, t, loaded.Checked)
	t.checkMocks(r, loaded.Checked)
	if object == nil || result.Findings.Has(diag.Error) {
		return result, nil
	}
	return result, t.run(ctx, f, object, loaded.Checked, opts, result)
}

// files are the workflows, as paths from where the test file's path starts.
func (f *File) files() []string {
	dir := ""
	if i := strings.LastIndexByte(f.Source.Name, '/'); i >= 0 {
		dir = f.Source.Name[:i+1]
	}
	var names []string
	for _, w := range f.Workflows {
		names = append(names, dir+w.Text())
	}
	return names
}

// object chooses what runs.
func (f *File) object(r *reader, t *Test, c *ir.Checked) *ir.Object {
	at := t.At
	var objects []*ir.Object
	var names []string
	for _, o := range c.Project().Objects {
		if o.Spec == nil {
			continue
		}
		name := objectName(o)
		names = append(names, name)
		if f.Object == nil || f.Object.Text() == name {
			objects = append(objects, o)
		}
	}
	if f.Object == nil && len(objects) > 1 {
		// Templates stand beside the one workflow that calls them.
		objects = slices.DeleteFunc(objects, func(o *ir.Object) bool { return o.Kind != ir.Workflow && o.Kind != ir.CronWorkflow })
	}
	switch {
	case len(objects) == 1:
		return objects[0]
	case f.Object != nil && len(objects) == 0:
		r.fault(f.Object.Place(), diag.DidYouMean(f.Object.Text(), slices.Values(names)), "the files hold no workflow %q", f.Object.Text())
	case len(names) == 0:
		r.fault(f.Workflows[0].Place(), "", "there is no workflow in what this names")
	default:
		r.fault(at.Place(), "name one at the top of the file: object: NAME", "it is not clear which workflow to run: there are %s", quoteAll(names))
	}
	return nil
}

func objectName(o *ir.Object) string {
	if name := o.Name.Text(); name != "" {
		return name
	}
	return strings.TrimSuffix(o.GenerateName.Text(), "-")
}

// checkMocks finds mocks of templates that are not there.
func (t *Test) checkMocks(r *reader, c *ir.Checked) {
	var names []string
	for _, o := range c.Project().Objects {
		for tmpl := range o.AllTemplates() {
			if n := tmpl.Name.Text(); n != "" {
				names = append(names, n)
			}
		}
	}
	for _, m := range t.Mocks {
		m.used = false
		if m.Template != nil && !slices.Contains(names, m.Template.Text()) {
			r.fault(m.Template.Place(), diag.DidYouMean(m.Template.Text(), slices.Values(names)), "there is no template %q", m.Template.Text())
		}
	}
}

// most is how much may happen in a test.
const most = 5_000_000

// run runs the workflow in virtual time and judges it.
func (t *Test) run(ctx context.Context, f *File, o *ir.Object, c *ir.Checked, opts Options, result *Result) error {
	name := objectName(o)
	world := sim.New(t.script(name), sim.Faults{})
	world.Most = most
	shared := world.Shared()
	driver, err := run.New(c, engine.Config{
		Object: o, Name: name, Namespace: "default", UID: "00000000-0000-0000-0000-000000000000",
		Entrypoint: t.Entrypoint.Text(), Created: sim.Epoch,
	}, run.Options{
		Backend: world, Loop: world.Loop(0), Caches: shared, Locks: shared, Values: shared, Build: build,
	})
	r := &reader{found: result.Findings}
	if err != nil {
		r.fault(t.At.Place(), "", "the workflow cannot run: %v", err)
		return nil
	}
	answers := make([]<-chan error, len(t.Signals))
	for i, s := range t.Signals {
		world.After(s.At, func() { answers[i] = driver.Send(s.prepare(name)) })
	}
	_, err = driver.Go(ctx)
	e := driver.Engine()
	switch {
	case errors.Is(err, sim.ErrEndless):
		r.found.Add(diag.Diagnostic{
			Rule: RuleTestFailed, Severity: diag.Error, Span: t.At.Place(), Message: "the workflow never ends",
			Help: fmt.Sprintf("it has %d nodes after %s", e.Len(), world.Now().Sub(sim.Epoch)),
		})
		return nil
	case errors.Is(err, sim.ErrStuck):
		r.found.Add(diag.Diagnostic{
			Rule: RuleTestFailed, Severity: diag.Error, Span: t.At.Place(), Message: "the workflow never ends", Help: waitsFor(e, name),
		})
	case err != nil:
		return err
	}
	for i, answer := range answers {
		if answer == nil {
			r.fault(t.Signals[i].Node.Place(), "", "the workflow ended before the signal came")
			continue
		}
		select {
		case err := <-answer:
			if err != nil {
				r.fault(t.Signals[i].Node.Place(), "", "%v", err)
			}
		default:
		}
	}
	j := newJudge(e, name, result.Findings)
	j.run(t.expected)
	result.Trace = trace(e)
	if err := t.golden(f, opts, result); err != nil {
		return err
	}
	t.warnOfMocks(j)
	return nil
}

// prepare finds the node that a signal is for.
func (s Signal) prepare(runName string) func(*engine.Engine) (engine.Signal, error) {
	return func(e *engine.Engine) (engine.Signal, error) {
		signal := s.Signal
		if s.Step == "" {
			return signal, nil
		}
		for id := range engine.NodeID(e.Len()) {
			v := e.View(id)
			if v.Type != engine.StepGroupNode && parsePath(v.Path, runName).matches(s.Step) {
				signal.Nodes = append(signal.Nodes, id)
			}
		}
		if signal.Nodes == nil {
			return signal, fmt.Errorf("there is no step %q yet", s.Step)
		}
		return signal, nil
	}
}

// waitsFor says what the unfinished nodes of a run wait for.
func waitsFor(e *engine.Engine, name string) string {
	var lines []string
	for id := range engine.NodeID(e.Len()) {
		v := e.View(id)
		if why := e.Blocked(id); !v.Phase.Fulfilled() && isWork(v.Type) && why != "" && len(lines) < 5 {
			lines = append(lines, fmt.Sprintf("%s waits: %s", parsePath(v.Path, name), why))
		}
	}
	return strings.Join(lines, "; ")
}

func (t *Test) warnOfMocks(j *judge) {
	for _, m := range t.Mocks {
		if m.used {
			continue
		}
		help := ""
		if m.Step != nil {
			help = diag.DidYouMean(m.Step.Text(), slices.Values(j.names()))
		}
		j.found.Add(diag.Diagnostic{
			Rule: RuleTestFile, Severity: diag.Warning, Span: head(m.At), Message: "the mock fits no step that ran", Help: help,
		})
	}
}

// somewhere is where artifacts of tests would be.
func somewhere() *tree.Node {
	docs, _ := yaml.Parse(source.NewFile("test", `{s3: {bucket: test, endpoint: test, keyFormat: "{{workflow.name}}/{{pod.name}}"}}`))
	return docs[0].Root
}

// build builds real Pods, so that what cannot be built fails in tests, too. Only
// what tests cannot know is invented: what images run, and where artifacts are.
func build(in pod.Input) (*pod.Objects, error) {
	in.Options.Store = somewhere()
	in.Options.Entrypoints = map[string]pod.Entrypoint{}
	for image := range pod.MissingEntrypoints(in) {
		in.Options.Entrypoints[image] = pod.Entrypoint{Command: []string{"/entrypoint"}}
	}
	return run.Build(in)
}
