package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/spf13/pflag"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/runtime/kube"
	"github.com/weft-lang/weft/runtime/store"
)

// clusterFlags say in which cluster a run is, if it is not on this machine.
type clusterFlags struct {
	cluster bool
	access  kube.Access
}

func (f *clusterFlags) register(flags *pflag.FlagSet) {
	flags.BoolVar(&f.cluster, "cluster", false, "the run is in a cluster, not on this machine")
	flags.StringVar(&f.access.Kubeconfig, "kubeconfig", "", "with --cluster: find the cluster with `FILE` instead of what kubectl uses")
	flags.StringVar(&f.access.Context, "context", "", "with --cluster: the cluster of this `CONTEXT`")
	flags.StringVarP(&f.access.Namespace, "namespace", "n", "", "with --cluster: the `NAMESPACE` of the run")
}

// connect finds the cluster. The namespace is for when none is given.
func (f *clusterFlags) connect(namespace string) (*kube.Cluster, error) {
	access := f.access
	access.Namespace = cmp.Or(access.Namespace, namespace)
	c, err := access.Connect()
	if err != nil {
		return nil, failure("%w", err)
	}
	return c, nil
}

// check finds flags that need --cluster.
func (f *clusterFlags) check() error {
	if !f.cluster && f.access != (kube.Access{}) {
		return usage("--kubeconfig, --context and --namespace say where a cluster is: add --cluster")
	}
	return nil
}

// A clusterRun is the cluster's side of a run that is driven or looked at.
type clusterRun struct {
	ctx   context.Context // of the command
	place *kube.Cluster
	run   *kube.Run
	way   string // the flags that lead to the cluster
	where string // those that lead to the run

	handOver atomic.Bool // whoever leaves it lets a Job go on
}

// to is a run of the cluster that the flags lead to.
func (f *clusterFlags) to(ctx context.Context, place *kube.Cluster, r *kube.Run) *clusterRun {
	where := "--cluster" + f.way()
	if f.access.Namespace != "" {
		where += " -n " + f.access.Namespace
	}
	return &clusterRun{ctx: ctx, place: place, run: r, way: f.way(), where: where}
}

// way is the flags that lead to the cluster, with a space before each, for commands
// that people copy.
func (f *clusterFlags) way() string {
	way := ""
	if f.access.Kubeconfig != "" {
		way += " --kubeconfig " + inShell(f.access.Kubeconfig)
	}
	if f.access.Context != "" {
		way += " --context " + inShell(f.access.Context)
	}
	return way
}

// describe is the command that tells most of an object in the namespace of the run.
func (c *clusterRun) describe(kind, name string) string {
	return fmt.Sprintf("kubectl describe %s%s -n %s %s", kind, c.way, c.place.Namespace, name)
}

// lacksNamespace says of err, if it is that, how to make the namespace.
func (f *clusterFlags) lacksNamespace(place *kube.Cluster, err error) error {
	if errors.Is(err, kube.NoNamespace(place.Namespace)) {
		return fmt.Errorf("%w; kubectl create namespace%s %s makes it", err, f.way(), place.Namespace)
	}
	return err
}

// find finds a run by name. @latest is the newest.
func (f *clusterFlags) find(ctx context.Context, c *kube.Cluster, name string) (*kube.Run, error) {
	if name != "@latest" {
		r, err := c.OpenRun(ctx, name)
		if err == nil {
			return r, nil
		}
		if !errors.Is(err, store.ErrNoRun) {
			return nil, failure("%w", err)
		}
	}
	all, err := c.Runs(ctx)
	if err == nil && len(all) == 0 {
		err = c.Exists(ctx)
	}
	if err != nil {
		return nil, failure("%w", err)
	}
	if name == "@latest" {
		if len(all) == 0 {
			return nil, failure("there are no runs in namespace %q", c.Namespace)
		}
		return slices.MaxFunc(all, func(a, b *kube.Run) int { return a.Header.Created.Compare(b.Header.Created) }), nil
	}
	near, ok := diag.Nearest(name, func(yield func(string) bool) {
		for _, r := range all {
			if !yield(r.Name) {
				return
			}
		}
	})
	if ok {
		return nil, failure("%s: %w in namespace %q, did you mean %q?", name, store.ErrNoRun, c.Namespace, near)
	}
	return nil, failure("%s: %w in namespace %q; weft runs --cluster%s -n %s lists them", name, store.ErrNoRun, c.Namespace, f.way(), c.Namespace)
}
