package kube

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/run"
)

// A watch ends after some minutes and is begun anew from where it was. When that
// is too long ago for the API server, all Pods are listed again: whatever was
// missed shows in their states, and a Pod that is not among them is lost.
const watchSeconds = 300

// follow reports what becomes of the Pods of the run until the context ends.
func (b *Backend) follow(ctx context.Context) {
	var pause backoff
	for ctx.Err() == nil {
		version, err := b.relist(ctx)
		if err != nil {
			pause.wait(ctx)
			continue
		}
		for err == nil && ctx.Err() == nil {
			begun, from := time.Now(), version
			version, err = b.watch(ctx, version)
			// A busy API server ends watches that fall behind, again and again. As long
			// as each brings something the next must not wait: the run would fall behind, too.
			if err == nil && (version != from || time.Since(begun) > time.Second) {
				pause.reset()
			}
			pause.wait(ctx)
		}
	}
}

func (b *Backend) selector() string { return pod.LabelRunUID + "=" + b.of.UID }

// relist looks at all Pods of the run.
func (b *Backend) relist(ctx context.Context) (version string, err error) {
	// Those that were there before the list is asked for must be in it.
	missing := map[string]types.UID{}
	b.mu.Lock()
	for name, t := range b.pods {
		if !t.done && (t.uid != "" || t.due) {
			missing[name] = t.uid
		}
	}
	b.mu.Unlock()
	version, err = list(ctx, b.cluster, podResource, b.selector(), func(l *corev1.PodList) {
		for i := range l.Items {
			p := &l.Items[i]
			if uid, ok := missing[p.Name]; ok && (uid == "" || uid == p.UID) {
				delete(missing, p.Name)
			}
			b.observe(ctx, p)
		}
	})
	if err != nil {
		return "", err
	}
	for name, uid := range missing {
		b.lost(ctx, name, uid)
	}
	return version, nil
}

// errGone says that the API server does not remember how things were.
var errGone = errors.New("the version is too old")

// watch follows the Pods from a version on, and returns the version it has come
// to. With an error they have to be listed again.
func (b *Backend) watch(ctx context.Context, version string) (string, error) {
	watching, cancel := context.WithCancel(ctx) // what it begins outlasts it
	defer cancel()
	silence := time.AfterFunc(b.waits.silent, cancel) // also before it begins
	defer silence.Stop()
	w, err := b.cluster.watch(watching, podResource, b.selector(), version, watchSeconds+rand.Int64N(watchSeconds))
	if err != nil {
		if refusalOf(err) != nil {
			return "", errGone // too old, or not for us: then lists have to do
		}
		return version, nil // tried again after a pause
	}
	defer w.Stop()
	for {
		select {
		case <-watching.Done():
			return version, nil
		case event, open := <-w.ResultChan():
			if !open {
				return version, nil
			}
			silence.Reset(b.waits.silent)
			p, ok := event.Object.(*corev1.Pod)
			if !ok || event.Type == watch.Error {
				if watching.Err() != nil {
					return version, nil
				}
				return "", errGone
			}
			version = p.ResourceVersion
			switch event.Type {
			case watch.Added, watch.Modified:
				b.observe(ctx, p)
			case watch.Deleted:
				b.observe(ctx, p) // it may have ended just before
				b.lost(ctx, p.Name, p.UID)
			}
		}
	}
}

// observe reports the state of a Pod if it is a new one.
func (b *Backend) observe(ctx context.Context, p *corev1.Pod) {
	b.mu.Lock()
	defer b.mu.Unlock()
	t := b.pods[p.Name]
	if t == nil || p.Labels[pod.LabelGeneration] != strconv.Itoa(t.ref.Generation) || p.Labels[pod.LabelRunUID] != b.of.UID {
		return
	}
	if t.uid == "" {
		t.uid = p.UID
	}
	if !t.done && t.uid == p.UID {
		b.see(ctx, t, p, b.waits)
	}
}

// see takes the state of a Pod the end of which was not reported.
func (b *Backend) see(ctx context.Context, t *tracked, p *corev1.Pod, wait waits) {
	spilled := false
	report := reportOf(p, func(string) (io.ReadCloser, error) {
		spilled = true
		return nil, errors.New("not read yet")
	})
	if lingers(&report) && !over(p) && wait.sidecars > 0 {
		t.rest = p
		b.waitFor(ctx, t, wait.sidecars)
		return
	}
	if t.done = report.State == engine.PodEnded; t.done {
		t.forget()
	} else if p.DeletionTimestamp != nil || disruption(p) != "" {
		loss := lossOf(p)
		t.loss = &loss
	}
	if p.DeletionTimestamp != nil && !t.done {
		b.waitFor(ctx, t, p.DeletionTimestamp.Sub(b.cluster.clock.now())+wait.deleted)
	}
	if !t.done && !t.vain && inVain(p, report.Containers) {
		t.vain = true
		go b.end(ctx, t.ref)
	}
	if spilled {
		go b.readLogs(ctx, t.ref, p)
		return
	}
	t.hush(p, &report, b.cluster.clock.now())
	if state := fingerprint(&report); state != t.told || t.done {
		t.told = state
		b.reports.add(run.PodReport{PodRef: t.ref, Report: report})
	}
}

// waitFor bounds the wait for a Pod on its way out.
func (b *Backend) waitFor(ctx context.Context, t *tracked, d time.Duration) {
	if t.timer == nil {
		t.timer = time.AfterFunc(d, func() {
			b.mu.Lock()
			defer b.mu.Unlock()
			if t.done {
				return
			}
			if t.rest == nil && t.loss.Message == "" {
				t.loss.Message = "its node does not say how it ended"
			}
			b.gone(ctx, t)
		})
	}
}

// fingerprint tells states apart that differ in something that matters.
func fingerprint(r *engine.Report) string {
	var s strings.Builder
	fmt.Fprint(&s, r.State, r.Message, r.Class, r.IP, r.Host)
	for _, c := range r.Containers {
		fmt.Fprint(&s, c.Ended, c.Running)
	}
	return s.String()
}

// lost reports that a Pod is not there any more.
func (b *Backend) lost(ctx context.Context, name string, uid types.UID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if t := b.pods[name]; t != nil && t.uid == uid {
		b.gone(ctx, t)
	}
}

// gone reports the end of a Pod of which nothing more will be heard.
func (b *Backend) gone(ctx context.Context, t *tracked) {
	if t.done || ctx.Err() != nil {
		return
	}
	if t.rest != nil {
		b.see(ctx, t, t.rest, waits{})
		return
	}
	t.done = true
	report := engine.Report{State: engine.PodLost, Class: engine.ClassInfrastructure}
	if t.loss != nil {
		report = *t.loss
	}
	t.forget()
	b.reports.add(run.PodReport{PodRef: t.ref, Report: report})
}

// forget lets go of what was kept for the end of the Pod.
func (t *tracked) forget() {
	if t.timer != nil {
		t.timer.Stop()
	}
	t.loss, t.rest, t.timer = nil, nil, nil
}
