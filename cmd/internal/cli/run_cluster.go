package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/weft-lang/weft/compiler/eval"
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/kube"
	"github.com/weft-lang/weft/runtime/run"
	"github.com/weft-lang/weft/runtime/store"
)

// podFlags say how the Pods of a run in a cluster are made. They are kept with
// the run, and whoever goes on with it may change them.
type podFlags struct {
	ServiceAccount string `json:"serviceAccount,omitempty"`
	AgentImage     string `json:"agentImage,omitempty"`
}

func (f *podFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.ServiceAccount, "service-account", "", "with --cluster: run Pods as the service account `NAME`, where the workflow names none")
	flags.StringVar(&f.AgentImage, "agent-image", "", "with --cluster: take weft's agent from `IMAGE`")
}

// check finds flags that mean nothing without others.
func (f *podFlags) check(cluster bool) error {
	if !cluster && *f != (podFlags{}) {
		return usage("--service-account and --agent-image are for Pods of a cluster: add --cluster")
	}
	return nil
}

// change takes what others say, and reports whether that is news.
func (f *podFlags) change(to podFlags) bool {
	before := *f
	f.ServiceAccount = cmp.Or(to.ServiceAccount, f.ServiceAccount)
	f.AgentImage = cmp.Or(to.AgentImage, f.AgentImage)
	return *f != before
}

// build makes the objects of a leaf.
func (f *podFlags) build(in pod.Input) (*pod.Objects, error) {
	objects, err := run.Build(in)
	if err != nil || f.ServiceAccount == "" || objects.Pod.Spec.ServiceAccountName != "" {
		return objects, err
	}
	objects.Pod.Spec.ServiceAccountName = f.ServiceAccount
	const token = "automountServiceAccountToken"
	if in.Template.Node.Get(token).IsNull() && in.Run.Spec.Node.Get(token).IsNull() {
		yes := true
		objects.Pod.Spec.AutomountServiceAccountToken = &yes
	}
	return objects, nil
}

// openKept finds a kept run and checks its sources again.
func (f *folderFlags) openKept(ctx context.Context, s Streams, name string) (*driving, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	if !f.cluster {
		folder, err := f.folder()
		if err != nil {
			return nil, err
		}
		return openRun(s, folder, name)
	}
	place, err := f.connect("")
	if err != nil {
		return nil, err
	}
	kept, err := f.find(ctx, place, name)
	if err != nil {
		return nil, err
	}
	return f.reopenIn(ctx, s, place, kept)
}

// reopenIn checks the sources of a run again that is kept in a cluster.
func (f *clusterFlags) reopenIn(ctx context.Context, s Streams, place *kube.Cluster, kept *kube.Run) (*driving, error) {
	files, err := kept.Sources(ctx)
	if err != nil {
		return nil, failure("%w", err)
	}
	p, flags, err := reopenFiles(s, files, kept.Header)
	if err != nil {
		return nil, err
	}
	object, err := p.runnable(kept.Header.Workflow)
	if err != nil {
		return nil, err
	}
	return &driving{
		streams: s, flags: flags, header: kept.Header, project: p, object: object,
		cluster: f.to(ctx, place, kept),
	}, nil
}

// byResource is a list of rights such as "watch pods" for people, as
// "pods (list, watch)".
func byResource(rights []string) string {
	var resources []string
	verbs := map[string][]string{}
	for _, right := range rights {
		verb, resource, _ := strings.Cut(right, " ")
		if verbs[resource] == nil {
			resources = append(resources, resource)
		}
		verbs[resource] = append(verbs[resource], verb)
	}
	for i, r := range resources {
		resources[i] = r + " (" + strings.Join(verbs[r], ", ") + ")"
	}
	return strings.Join(resources, ", ")
}

// listClusterRuns lists the runs of a namespace, the newest first.
func listClusterRuns(ctx context.Context, c *kube.Cluster) ([]listed, error) {
	runs, err := c.Runs(ctx)
	if err == nil && len(runs) == 0 {
		err = c.Exists(ctx)
	}
	if err != nil {
		return nil, failure("%w", err)
	}
	all := make([]listed, 0, len(runs))
	for _, r := range runs {
		s := r.Status
		driven := false
		if !s.Phase.Completed() {
			if driven, err = r.Driven(ctx); err != nil {
				return nil, failure("%w", err)
			}
		}
		all = append(all, listed{
			Name: r.Name, Workflow: r.Header.Workflow, Phase: s.Phase, Driven: driven, Suspended: s.Suspended, Message: s.Message, Progress: s.Progress,
			Created: r.Header.Created, Started: s.Started, Finished: s.Finished,
		})
	}
	slices.SortStableFunc(all, func(a, b listed) int { return b.Created.Compare(a.Created) })
	return all, nil
}

// beginIn runs what is new in a cluster.
func (o *runOptions) beginIn(ctx context.Context, s Streams, p *project, object *ir.Object, h store.Header, sources []store.File) error {
	if o.Plain || o.Keep || o.HostPaths || o.Pods != 0 || len(o.ImageRoots) > 0 || o.runs != "" {
		return usage("--plain, --keep, --host-paths, --pods, --image-root and --runs are for runs on this machine, not for --cluster")
	}
	place, err := o.connect(object.Namespace.Text())
	if err != nil {
		return err
	}
	if err := o.mayRun(ctx, place, object); err != nil {
		return err
	}
	if err := o.settle(ctx, s, p, object, place, &h); err != nil {
		return err
	}
	h.Namespace = place.Namespace
	if o.access.Namespace == "" && object.Namespace.Text() != "" {
		o.access.Namespace = place.Namespace // for what is told of the run later
	}
	var kept *kube.Run
	err = o.tryNames(object, func(name string) error {
		h.Name = name
		kept, err = place.CreateRun(ctx, h, sources)
		return o.lacksNamespace(place, err)
	})
	if err != nil {
		return err
	}
	d := &driving{
		streams: s, flags: o, header: kept.Header, project: p, object: object,
		cluster: o.to(ctx, place, kept),
	}
	if o.detach {
		return d.cluster.detach(d)
	}
	return d.cluster.drive(d)
}

// mayRun fails when the cluster is too old for runs, or the user may not run there.
func (o *runOptions) mayRun(ctx context.Context, place *kube.Cluster, object *ir.Object) error {
	if err := place.Serves(ctx); err != nil {
		return failure("%w", err)
	}
	rights := kube.Rights()
	if budget, problems := pod.Budget(pod.Run{Spec: object.Spec}, eval.Names{}); budget != nil || problems != nil {
		rights = append(rights, kube.BudgetRights()...)
	}
	lacks, err := place.Lacks(ctx, rights)
	if err != nil {
		return failure("%w", err)
	}
	if len(lacks) > 0 {
		return failure("you lack rights in namespace %q that running takes: %s; docs/running-rbac.yaml has them all", place.Namespace, byResource(lacks))
	}
	if o.detach {
		return o.to(ctx, place, nil).mayDetach()
	}
	return nil
}

// settle puts into the header what the cluster and registries say when the run
// begins, and finds what the run would miss there.
func (o *runOptions) settle(ctx context.Context, s Streams, p *project, object *ir.Object, place *kube.Cluster, h *store.Header) error {
	var err error
	if h.Repository, err = o.findStore(ctx, s, p, object, place); err != nil {
		return err
	}
	missing, err := p.missing(ctx, object, place, o.way())
	if err != nil {
		return err
	}
	if len(missing) > 0 {
		return printErrors(s, missing, []string{object.Doc.File.Name})
	}
	if h.Images, err = o.askIn(ctx, s, p, object, place); err != nil {
		return err
	}
	if _, err := (pod.Run{Spec: object.Spec}).GC(); err != nil {
		return usage("%w", err)
	}
	return nil
}

// history is what the journal holds.
func (c *clusterRun) history() (*kube.History, error) {
	h, err := c.run.History(c.ctx)
	if err != nil {
		return nil, failure("%w", err)
	}
	return h, nil
}

// drive drives the run to its end, or until somebody leaves it.
func (c *clusterRun) drive(d *driving, signals ...engine.Signal) error {
	release, err := c.lead(d)
	if err != nil {
		return err
	}
	if err = d.keepFlags(c.ctx); err == nil {
		err = c.driveLed(d, signals)
	}
	release()
	if errors.Is(err, errHandedOver) {
		return c.detach(d)
	}
	c.sweep(d.streams)
	return err
}

// driveLed drives the run that this process leads.
func (c *clusterRun) driveLed(d *driving, signals []engine.Signal) error {
	history, err := c.run.Claim(c.ctx)
	if err != nil {
		return failure("%w", err)
	}
	opts, collector, err := c.options(d)
	if err != nil {
		return err
	}
	opts.Signals, opts.History = signals, history.Events()
	ctx, leave := context.WithCancel(c.ctx)
	defer leave()
	journal := c.run.Journal(ctx, history)
	defer journal.Close(context.WithoutCancel(c.ctx)) // as long as this process leads
	opts.Journal = &toldJournal{journal, d.streams.Err, outageAfter}
	watch := newWatcher(d.streams, d.header.Name, d.flags.output)
	status := keepStatus(ctx, c.run)
	opts.Observe = func(e *engine.Engine, changed []engine.NodeID) {
		status.observe(e)
		watch.observe(e, changed)
		if d.flags.detach {
			c.handOver.Store(true) // what it began with is kept now
			leave()
		}
	}
	driver, err := run.New(d.project.checked, d.config(), opts)
	if err != nil {
		return failure("%w", err)
	}
	done := c.listen(ctx, d, driver, watch, leave)
	_, err = driver.Go(ctx)
	left := ctx.Err() != nil
	leave()
	<-done
	watch.close()
	if errors.Is(err, kube.ErrFenced) {
		status.end()
	} else {
		status.close(context.WithoutCancel(c.ctx))
	}
	if err == nil {
		err := d.show(driver.Engine())
		c.collect(d, collector, driver.Engine().Run().Phase)
		return err
	}
	c.collect(d, collector, engine.NoPhase)
	return c.left(d, err, left)
}

// left says how a run stands that this process drives no more before its end.
func (c *clusterRun) left(d *driving, err error, wanted bool) error {
	switch {
	case errors.Is(err, kube.ErrFenced):
		return failure("%w; %s follows it", err, c.command("run --attach", d.header.Name))
	case kube.Doomed(err):
		return failure("namespace %q is being deleted, and the run with it: %w", c.place.Namespace, err)
	case wanted && c.handOver.Load():
		return errHandedOver
	case wanted && d.flags.inJob:
		return failure("told to stop; the run is left to the next driver")
	case wanted:
		return failure("the run was left: its Pods go on, and nothing new starts until %s", c.command("run --resume", d.header.Name))
	}
	return failure("the run was left unfinished: %w\ngo on with it by %s", err, c.command("run --resume", d.header.Name))
}

// options are what the run is driven with, and who deletes its Pods; nil is nobody.
func (c *clusterRun) options(d *driving) (run.Options, *kube.Collector, error) {
	images, err := d.images()
	if err != nil {
		return run.Options{}, nil, err
	}
	artifacts, faults := d.project.artifactStore(d.header.Repository)
	if len(faults) > 0 {
		return run.Options{}, nil, failure("%s", faults[0].Message) // it was read before the run began
	}
	of := pod.Run{Name: d.header.Name, UID: d.header.UID, OwnerUID: c.run.OwnerUID(), Spec: d.object.Spec}
	backend := kube.NewBackend(c.place, of)
	var collector *kube.Collector
	gc, err := of.GC()
	if err == nil {
		collector, err = backend.Collect(c.ctx, gc)
	}
	if err != nil {
		return run.Options{}, nil, failure("%w", err)
	}
	shared := c.place.Outlasting()
	opts := run.Options{
		Backend: backend, Loop: run.NewLoop(c.place.Now), OwnerUID: c.run.OwnerUID(), Build: d.flags.build, Creates: kube.Creates,
		Values: shared.Values(), Caches: shared.Caches(), Locks: shared.Locks(), Requests: &run.HTTP{Values: shared.Values()},
		Pods: pod.Options{
			Entrypoints: images, AgentImage: d.agentImage(), GitImage: d.project.cluster().GitImage,
			Store: artifacts, Reachable: inCluster, Live: true,
		},
	}
	if collector != nil {
		opts.Ended = collector.Ended
	}
	return opts, collector, nil
}

// collect deletes the Pods that podGC wants to be deleted when a run has ended.
func (c *clusterRun) collect(d *driving, collector *kube.Collector, phase engine.Phase) {
	if collector == nil {
		return
	}
	if err := collector.Finish(context.WithoutCancel(c.ctx), phase); err != nil {
		fmt.Fprintf(d.streams.Err, "weft: %v; the Pod stays until the run is deleted\n", err)
	}
}

// statusEvery is how often lists learn how a run stands.
const statusEvery = 2 * time.Second
