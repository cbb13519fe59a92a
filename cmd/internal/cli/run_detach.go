package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/pflag"

	"github.com/weft-lang/weft/runtime/kube"
	"github.com/weft-lang/weft/runtime/store"
)

// DefaultDriverImage is the image of weft of this version, and
// DefaultDriverAccount the service account of docs/running-rbac.yaml.
const (
	DefaultDriverImage   = "ghcr.io/weft-lang/weft:v0.1.0"
	DefaultDriverAccount = "weft"
)

// detachFlags say who goes on with a run of a cluster instead of this process.
type detachFlags struct {
	detach        bool
	driverImage   string
	driverAccount string
	inJob         bool // this process is what a detached run is driven by
}

func (f *detachFlags) register(flags *pflag.FlagSet) {
	flags.BoolVar(&f.detach, "detach", false, "with --cluster: let a Job of the cluster drive the run, and do not wait")
	flags.StringVar(&f.driverImage, "driver-image", "", "with --detach: take weft from `IMAGE`")
	flags.StringVar(&f.driverAccount, "driver-service-account", "", "with --detach: drive as the service account `NAME` instead of "+DefaultDriverAccount)
	flags.BoolVar(&f.inJob, "in-job", false, "")
	_ = flags.MarkHidden("in-job") // it was registered just now
}

// check finds flags that mean nothing without others.
func (f *detachFlags) check(cluster bool) error {
	switch {
	case (f.detach || f.inJob) && !cluster:
		return usage("--detach lets a Job of a cluster drive the run: add --cluster")
	case (f.driverImage != "" || f.driverAccount != "") && !cluster:
		return usage("--driver-image and --driver-service-account are for Jobs of a cluster: add --cluster and --detach")
	}
	return nil
}

// mayDetach fails when the user lacks the rights that detaching takes.
func (c *clusterRun) mayDetach() error {
	lacks, err := c.place.Lacks(c.ctx, kube.DetachRights())
	if err != nil {
		return failure("%w", err)
	}
	if len(lacks) > 0 {
		return failure("you lack rights in namespace %q that --detach takes: %s; docs/running-rbac.yaml has them", c.place.Namespace, byResource(lacks))
	}
	return nil
}

// detach hands the run to a Job.
func (c *clusterRun) detach(d *driving) error {
	if err := c.mayDetach(); err != nil {
		return failure("%w\nnobody drives the run; go on with it by %s", err, c.command("run --resume", d.header.Name))
	}
	if driven, err := c.run.Driven(c.ctx); err != nil {
		return failure("%w", err)
	} else if driven {
		return c.driven(d, fmt.Errorf("%s: %w", d.header.Name, store.ErrLocked))
	}
	if err := d.keepFlags(c.ctx); err != nil {
		return err
	}
	err := c.run.Detach(c.ctx, kube.DriverOptions{
		Image:          cmp.Or(d.flags.driverImage, d.project.cluster().DriverImage, DefaultDriverImage),
		ServiceAccount: cmp.Or(d.flags.driverAccount, DefaultDriverAccount),
		Args:           []string{"run", "--cluster", "--in-job", "-n", c.place.Namespace, "--resume", d.header.Name},
	})
	if err != nil {
		return failure("%w\nnobody drives the run; go on with it by %s", err, c.command("run --resume", d.header.Name))
	}
	pod, begun, err := c.begun(d)
	if err != nil {
		return err
	}
	return c.showDetached(d, pod, begun)
}

// How long detaching waits for the driver: a mistake in the name of an image or of
// a service account shows in this time.
const (
	driverPatience = 30 * time.Second
	driverSoon     = 10 * time.Second
	driverLook     = 500 * time.Millisecond
)

// begun waits until the Job drives the run, for a while, and tells what keeps it
// from doing so.
func (c *clusterRun) begun(d *driving) (pod string, begun bool, err error) {
	ctx, stop := signal.NotifyContext(c.ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	told := ""
	tell := func(about, text string) {
		if about != told {
			told = about
			fmt.Fprintln(d.streams.Err, "weft:", text)
		}
	}
	for begin := time.Now(); ; {
		drivers, err := c.run.Drivers(ctx)
		if err != nil {
			return "", false, failure("%w", err)
		}
		leader, err := c.run.Leader(ctx)
		if err != nil {
			return "", false, failure("%w", err)
		}
		now := kube.Driver{}
		if len(drivers) > 0 {
			now = drivers[0]
		}
		switch {
		case leader != nil, now.Ended && c.over():
			return now.Pod, true, nil
		case now.Ended:
			return "", false, failure("the driver of %s did not begin: %s\nnobody drives the run; go on with it by %s", d.header.Name, now.Message, c.command("run --resume", d.header.Name))
		case now.Message != "":
			tell(now.Pod, toCome(now))
		case now.Pod == "" && time.Since(begin) > driverSoon:
			tell("no Pod", fmt.Sprintf("the Job that drives the run has no Pod yet; is there a service account %q? docs/running-rbac.yaml has it; %s tells more",
				cmp.Or(d.flags.driverAccount, DefaultDriverAccount), c.describe("job", now.Job)))
		}
		if time.Since(begin) > driverPatience {
			tell("late", "the driver has not begun yet; "+c.command("doctor", d.header.Name)+" tells why")
			return now.Pod, false, nil
		}
		select {
		case <-ctx.Done():
			return now.Pod, false, nil
		case <-time.After(driverLook):
		}
	}
}

// over reports whether the run has ended, as far as its status tells.
func (c *clusterRun) over() bool {
	r, err := c.place.OpenRun(c.ctx, c.run.Name)
	return err == nil && r.Status.Phase.Completed()
}

// showDetached tells where the run is now, and whether it goes on there.
func (c *clusterRun) showDetached(d *driving, pod string, begun bool) error {
	var err error
	if d.flags.output == outputJSON {
		err = json.NewEncoder(d.streams.Out).Encode(struct {
			Version   int    `json:"version"`
			Name      string `json:"name"`
			Namespace string `json:"namespace"`
			Pod       string `json:"pod,omitempty"`
		}{1, d.header.Name, c.place.Namespace, pod})
	} else {
		by := "a Job"
		if pod != "" {
			by = "Pod " + pod
		}
		goes := "goes on"
		if !begun {
			goes = "will go on, once its driver begins,"
		}
		_, err = fmt.Fprintf(d.streams.Out, "%s %s in namespace %s, driven by %s\n  %s    %s\n", d.header.Name, goes, c.place.Namespace, by,
			c.command("run --attach", d.header.Name), c.command("get", d.header.Name))
	}
	if err != nil {
		return failure("cannot write: %w", err)
	}
	return nil
}

// goOnInJob is what the Job does. Whoever drives the run before it is waited for,
// and what trying again would not change ends with the code of a negative answer.
func (o *runOptions) goOnInJob(ctx context.Context, s Streams) error {
	place, err := o.connect("")
	if err != nil {
		return err
	}
	kept, err := place.OpenRun(ctx, o.resume)
	if errors.Is(err, store.ErrNoRun) {
		return &exit{Negative, err}
	}
	if err != nil {
		return failure("%w", err)
	}
	if begun, own := kept.Header.Weft, version(); differ(begun, own) {
		return &exit{Negative, fmt.Errorf("the run %q was begun by weft %s, and this image holds weft %s: name one of the same version with --driver-image", kept.Name, begun, own)}
	}
	d, err := o.reopenIn(ctx, s, place, kept)
	if err != nil {
		return err
	}
	d.flags.output, d.flags.inJob = o.output, true
	return d.resume()
}

// differ reports whether two versions are known to differ. A binary that was built
// without one says "(devel)".
func differ(a, b string) bool {
	const unknown = "(devel)"
	return a != b && a != unknown && b != unknown && a != ""
}

// lead makes this process the driver. In a Job it waits for the one before it.
func (c *clusterRun) lead(d *driving) (release func(), err error) {
	ctx, stop := signal.NotifyContext(c.ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	began := time.Now()
	for told := false; ; told = true {
		release, err := c.run.Lead(c.ctx)
		switch {
		case err == nil:
			return release, nil
		case !errors.Is(err, store.ErrLocked):
			return nil, failure("%w", err)
		case !d.flags.inJob && !(time.Since(began) < letsGoWithin && c.ended()):
			return nil, c.driven(d, err)
		case !told && d.flags.inJob:
			fmt.Fprintln(d.streams.Err, "weft: another process drives the run; waiting for its end")
		}
		select {
		case <-ctx.Done():
			return nil, failure("stopped while another process drives the run")
		case <-time.After(statusEvery):
		}
	}
}

// driven refuses to drive a run that another process drives, or did until now.
func (c *clusterRun) driven(d *driving, err error) error {
	return failure("%w; %s follows it\nIf that process has died, the run can be driven on 15 seconds after it was heard of last", err, c.command("run --attach", d.header.Name))
}

// letsGoWithin is how long the driver of a run that has ended may take to leave.
const letsGoWithin = 15 * time.Second

// ended reports whether the run has ended by now: who drives it is about to leave.
func (c *clusterRun) ended() bool {
	now, err := c.place.OpenRun(c.ctx, c.run.Name)
	return err == nil && now.Status.Phase.Completed()
}

// command is a command line about the run that finds it again: "run --attach" and
// the like with the flags that lead to the cluster.
func (c *clusterRun) command(words, name string) string {
	verb, flag, _ := strings.Cut(words, " ")
	line := "weft " + verb + " " + c.where
	if flag != "" {
		line += " " + flag
	}
	return line + " " + name
}

// errHandedOver ends a driver that a Job is to replace.
var errHandedOver = errors.New("the run is handed over")
