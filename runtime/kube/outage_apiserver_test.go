//go:build apiserver

package kube

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/kube/testenv"
	"github.com/weft-lang/weft/runtime/run"
)

// An API server or an etcd that dies under a run and comes back with what it has
// stored costs time and nothing else.
func TestAPIServerOutages(t *testing.T) {
	for _, name := range []string{testenv.APIServer, testenv.Etcd} {
		t.Run(name, func(t *testing.T) {
			c, kubelet := newPlace(t, func(*corev1.Pod) play { return play{after: 300 * time.Millisecond} })
			j := newJourney(t, c, strings.ReplaceAll(fan, `"60"`, `"200"`))
			// An API server that has just begun does not know yet what users may do.
			user := withRole(t, c, "weft", documentedRole(t))
			until(t, func() bool { lacks, err := user.Lacks(t.Context(), Rights()); return err == nil && len(lacks) == 0 })
			j.cluster, j.kept.cluster = user, user
			release, err := j.kept.Lead(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer release()
			var outage sync.WaitGroup
			begun := false
			e, result := j.drive(t, run.Options{Creates: 8, Observe: func(e *engine.Engine, _ []engine.NodeID) {
				if begun || e.Run().Counts[engine.Succeeded] < 50 {
					return
				}
				begun = true
				outage.Go(func() { interrupt(t, name) })
			}})
			outage.Wait()
			if result.Phase != engine.Succeeded || !begun {
				t.Errorf("%v; there was an outage: %t", result, begun)
			}
			for path, phase := range outcomes(e) {
				if phase != "Succeeded" {
					t.Errorf("%s: %s", path, phase)
				}
			}
			if n := kubelet.once(t); n != 201 {
				t.Errorf("%d Pods", n)
			}
			if driven, err := j.kept.Driven(t.Context()); err != nil || !driven {
				t.Errorf("the lease was lost: %t, %v", driven, err)
			}
		})
	}
}

// interrupt kills a server, and starts it again some seconds later.
func interrupt(t *testing.T, name string) {
	if err := servers.Kill(name); err != nil {
		t.Error(err)
	}
	time.Sleep(3 * time.Second)
	if err := servers.Restart(context.WithoutCancel(t.Context()), name); err != nil {
		t.Error(err)
	}
}

// An unsure transport brings every object that a client makes to the API server,
// and the first answer about each to nobody.
type unsure struct {
	next http.RoundTripper
	mu   *sync.Mutex
	told map[string]bool
}

func (u unsure) RoundTrip(q *http.Request) (*http.Response, error) {
	answer, err := u.next.RoundTrip(q)
	if err != nil || q.Method != http.MethodPost && q.Method != http.MethodPut {
		return answer, err
	}
	key := q.Method + q.URL.Path
	if q.Method == http.MethodPost && !strings.HasSuffix(key, leaseResource) { // which hold the time
		body, err := q.GetBody()
		if err != nil {
			return nil, err
		}
		text, err := io.ReadAll(body)
		if err != nil {
			return nil, err
		}
		key += string(text)
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.told[key] {
		return answer, nil
	}
	u.told[key] = true
	answer.Body.Close()
	return nil, fmt.Errorf("read: connection reset by peer")
}

// Whatever a request was for, when its answer is lost it has been done once.
func TestAPIServerAnswersLost(t *testing.T) {
	var mu sync.Mutex
	c, kubelet := newPlaceWith(t, everythingPlay, func(next http.RoundTripper) http.RoundTripper {
		return unsure{next, &mu, map[string]bool{}}
	})
	j := newJourney(t, kubelet.cluster, everything)
	j.cluster, j.kept.cluster = c, c
	release, err := j.kept.Lead(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	e, result := j.drive(t, run.Options{})
	release()
	if result.Phase != engine.Succeeded {
		t.Error(result)
	}
	compare(t, outcomes(e), everythingWant)
	if n := kubelet.once(t); n != 12 {
		t.Errorf("%d Pods", n)
	}
	// What was written is what happened: a driver that comes later finds the same.
	again := j.driver(t, t.Context(), run.Options{})
	if result, err := again.Go(t.Context()); err != nil || result.Phase != engine.Succeeded {
		t.Errorf("%v, %v", result, err)
	}
	compare(t, outcomes(again.Engine()), everythingWant)
}

// bind gives a Pod to a node, so that it is not gone as soon as it is deleted.
func bind(t *testing.T, c *Cluster, p *corev1.Pod) {
	t.Helper()
	binding := &corev1.Binding{ObjectMeta: metav1.ObjectMeta{Name: p.Name}, Target: corev1.ObjectReference{Kind: "Node", Name: "n1"}}
	err := c.core.Post().Namespace(c.Namespace).Resource(podResource).Name(p.Name).SubResource("binding").Body(binding).Do(t.Context()).Error()
	if err != nil {
		t.Error(err)
	}
}

const pair = `
  entrypoint: main
  templates:
  - name: main
    dag: {tasks: [{name: a, template: victim}, {name: b, template: leaf}]}
  - name: victim
    container: {image: "i:1", command: [x]}
  - name: leaf
    container: {image: "i:1", command: [x]}`

// Whoever takes a Pod away, its node ends in Error, says who, and the class lets a
// retry strategy tell.
func TestAPIServerPodsTakenAway(t *testing.T) {
	statusOf := func(t *testing.T, c *Cluster, name string, patch string) {
		t.Helper()
		err := c.core.Patch(types.MergePatchType).Namespace(c.Namespace).Resource(podResource).Name(name).SubResource("status").
			Body([]byte(patch)).Do(t.Context()).Error()
		if err != nil {
			t.Error(err)
		}
	}
	force := func(t *testing.T, c *Cluster, name string) {
		t.Helper()
		none := int64(0)
		err := c.core.Delete().Namespace(c.Namespace).Resource(podResource).Name(name).Body(&metav1.DeleteOptions{GracePeriodSeconds: &none}).Do(t.Context()).Error()
		if err != nil {
			t.Error(err)
		}
	}
	evict := func(t *testing.T, c *Cluster, name string) {
		t.Helper()
		body := fmt.Sprintf(`{"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": %q}}`, name)
		err := c.core.Post().Namespace(c.Namespace).Resource(podResource).Name(name).SubResource("eviction").
			SetHeader("Content-Type", "application/json").Body([]byte(body)).Do(t.Context()).Error()
		if err != nil {
			t.Error(err)
		}
	}
	for _, s := range []struct {
		name, phase, class, message string
		act                         func(t *testing.T, c *Cluster, p *corev1.Pod)
	}{
		{"evicted before it has a node", "Error", "preempted", "pod deleted: EvictionByEvictionAPI: Eviction API: evicting", func(t *testing.T, c *Cluster, p *corev1.Pod) {
			evict(t, c, p.Name)
		}},
		{"evicted, and it ends", "Failed", "preempted", "EvictionByEvictionAPI: Eviction API: evicting", func(t *testing.T, c *Cluster, p *corev1.Pod) {
			bind(t, c, p)
			evict(t, c, p.Name)
			statusOf(t, c, p.Name, `{"status": {"phase": "Failed", "containerStatuses": [{"name": "main", "image": "i:1", "imageID": "", "ready": false, "restartCount": 0, "state": {"terminated": {"exitCode": 143}}}]}}`)
			force(t, c, p.Name)
		}},
		{"evicted, and its node is gone", "Error", "preempted", "pod deleted: EvictionByEvictionAPI: Eviction API: evicting", func(t *testing.T, c *Cluster, p *corev1.Pod) {
			bind(t, c, p)
			evict(t, c, p.Name)
		}},
		{"the node is lost, and the controller says so", "Failed", "infrastructure", "NodeLost: Node n1 which was running pod p is unresponsive", func(t *testing.T, c *Cluster, p *corev1.Pod) {
			bind(t, c, p)
			statusOf(t, c, p.Name, `{"status": {"phase": "Failed", "reason": "NodeLost", "message": "Node n1 which was running pod p is unresponsive"}}`)
			force(t, c, p.Name)
		}},
		{"the node is lost, and the controller deletes", "Error", "infrastructure", "pod deleted: DeletionByTaintManager: Taint manager: deleting due to NoExecute taint", func(t *testing.T, c *Cluster, p *corev1.Pod) {
			bind(t, c, p)
			statusOf(t, c, p.Name, `{"status": {"phase": "Unknown", "conditions": [{"type": "DisruptionTarget", "status": "True", "reason": "DeletionByTaintManager", "message": "Taint manager: deleting due to NoExecute taint"}]}}`)
			if err := c.delete(t.Context(), podResource, p.Name, p.UID); err != nil {
				t.Error(err)
			}
		}},
		{"deleted, and its node is gone", "Error", "infrastructure", "pod deleted: its node does not say how it ended", func(t *testing.T, c *Cluster, p *corev1.Pod) {
			bind(t, c, p)
			second := int64(1)
			err := c.core.Delete().Namespace(c.Namespace).Resource(podResource).Name(p.Name).Body(&metav1.DeleteOptions{GracePeriodSeconds: &second}).Do(t.Context()).Error()
			if err != nil {
				t.Error(err)
			}
		}},
		{"deleted by force", "Error", "infrastructure", "pod deleted", func(t *testing.T, c *Cluster, p *corev1.Pod) {
			bind(t, c, p)
			force(t, c, p.Name)
		}},
	} {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			var kubelet *player
			var c *Cluster
			var acts sync.WaitGroup
			c, kubelet = newPlace(t, func(p *corev1.Pod) play {
				if p.Annotations[pod.AnnotationNode] != "wf.a" {
					return play{after: 5 * time.Millisecond}
				}
				acts.Go(func() { s.act(t, kubelet.cluster, p) })
				return play{silent: true}
			})
			j := newJourney(t, c, pair)
			// Grace periods of Pods are 30 seconds; what comes after them is less here.
			j.tune = func(b *Backend) { b.waits.deleted = 3*time.Second - 30*time.Second }
			if strings.HasPrefix(s.name, "deleted") {
				j.tune = func(b *Backend) { b.waits.deleted = 3 * time.Second }
			}
			e, result := j.drive(t, run.Options{})
			acts.Wait()
			id, _ := e.Lookup("wf.a")
			v := e.View(id)
			if v.Phase.String() != s.phase || string(v.Class) != s.class || v.Message != s.message {
				t.Errorf("%s %s %q, want %s %s %q", v.Phase, v.Class, v.Message, s.phase, s.class, s.message)
			}
			if outcomes(e)["wf.b"] != "Succeeded" || !result.Phase.Bad() {
				t.Errorf("%v, %v", result, outcomes(e))
			}
			kubelet.once(t)
		})
	}
}

// skewed is the place with a clock that is wrong.
func skewed(c *Cluster, by time.Duration) *Cluster {
	other := *c
	other.clock = &clock{local: func() time.Time { return time.Now().Add(by) }}
	other.clock.ahead.Store(int64(-by)) // as it learns from the first answer
	return &other
}

// Drivers whose clocks are hours apart agree about who drives, and about time.
func TestAPIServerClocks(t *testing.T) {
	c, kubelet := newPlace(t, everythingPlay)
	learned := &clock{local: func() time.Time { return time.Now().Add(-5 * time.Hour) }}
	config, _, err := access.config()
	if err != nil {
		t.Fatal(err)
	}
	config.Wrap(learned.learn)
	if other, err := newCluster(config, c.Namespace); err != nil {
		t.Fatal(err)
	} else if _, err := other.Runs(t.Context()); err != nil {
		t.Fatal(err)
	}
	if d := time.Since(learned.now()); d.Abs() > closeEnough {
		t.Errorf("after an answer the clock is wrong by %v", d)
	}

	j := newJourney(t, c, everything)
	ahead, behind := skewed(c, 3*time.Hour), skewed(c, -3*time.Hour)
	for _, driver := range []*Cluster{ahead, behind} {
		mine := j.kept.seenFrom(driver)
		release, err := mine.Lead(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, other := range []*Cluster{c, ahead, behind} {
			theirs := j.kept.seenFrom(other)
			if driven, err := theirs.Driven(t.Context()); err != nil || !driven {
				t.Errorf("%t, %v", driven, err)
			}
			if _, err := theirs.Lead(t.Context()); err == nil {
				t.Error("two drive the run")
			}
		}
		release()
	}
	for kills, driver := range []*Cluster{ahead, behind, c} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		j.cluster = driver
		changes := 0
		r := j.driver(t, ctx, run.Options{Loop: run.NewLoop(driver.Now), Observe: func(*engine.Engine, []engine.NodeID) {
			if changes++; changes == 3 && kills < 2 {
				cancel()
			}
		}})
		begun := time.Now()
		result, err := r.Go(ctx)
		cancel()
		if kills < 2 && err != nil {
			continue
		}
		if err != nil || result.Phase != engine.Succeeded {
			t.Fatalf("%v, %v", result, err)
		}
		compare(t, outcomes(r.Engine()), everythingWant)
		if v := r.Engine().Run(); v.Finished.Sub(begun).Abs() > time.Minute {
			t.Errorf("the run ended at %v, and it is %v", v.Finished, time.Now())
		}
	}
	kubelet.once(t)
}

// A driver whose namespace goes away ends, and says so.
func TestAPIServerNamespaceDeleted(t *testing.T) {
	c, _ := newPlace(t, func(*corev1.Pod) play { return play{after: 50 * time.Millisecond} })
	j := newJourney(t, c, fan)
	deleted := false
	r := j.driver(t, t.Context(), run.Options{Creates: 4, Observe: func(e *engine.Engine, _ []engine.NodeID) {
		if deleted || e.Run().Counts[engine.Succeeded] == 0 {
			return
		}
		deleted = true
		if err := c.in("-").core.Delete().Resource("namespaces").Name(c.Namespace).Do(context.WithoutCancel(t.Context())).Error(); err != nil {
			t.Error(err)
		}
	}})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	_, err := r.Go(ctx)
	if err == nil || ctx.Err() != nil || !strings.Contains(err.Error(), "write the journal") || !strings.Contains(err.Error(), "it is being terminated") {
		t.Errorf("the driver ends with %v", err)
	}
}

// quota makes or changes a quota. Nobody but the test counts what is used.
func quota(t *testing.T, c *Cluster, resourceName, hard, used string) {
	name := strings.ReplaceAll(resourceName, "/", "-")
	ctx := context.WithoutCancel(t.Context())
	object := &corev1.ResourceQuota{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec:       corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{corev1.ResourceName(resourceName): resource.MustParse(hard)}},
	}
	_ = c.create(ctx, "resourcequotas", object, object) // it may be there
	patch := fmt.Sprintf(`{"spec": {"hard": {%[1]q: %[2]q}}, "status": {"hard": {%[1]q: %[2]q}, "used": {%[1]q: %[3]q}}}`, resourceName, hard, used)
	for _, sub := range []string{"", "status"} {
		err := c.core.Patch(types.MergePatchType).Namespace(c.Namespace).Resource("resourcequotas").Name(name).
			SubResource(strings.Fields(sub)...).Body([]byte(patch)).Do(ctx).Error()
		if err != nil {
			t.Error(err)
		}
	}
}

// A quota that appears under a run holds it up until there is room, be it of
// Pods or of what the run itself is kept in.
func TestAPIServerQuotaAppears(t *testing.T) {
	for _, name := range []string{"pods", "count/configmaps"} {
		t.Run(name, func(t *testing.T) {
			c, kubelet := newPlace(t, func(*corev1.Pod) play { return play{after: 20 * time.Millisecond} })
			j := newJourney(t, c, fan)
			var relief sync.WaitGroup
			begun := false
			e, result := j.drive(t, run.Options{Creates: 4, Observe: func(e *engine.Engine, _ []engine.NodeID) {
				if begun || e.Run().Counts[engine.Succeeded] < 10 {
					return
				}
				begun = true
				quota(t, c, name, "1", "1")
				relief.Go(func() {
					time.Sleep(2 * time.Second)
					quota(t, c, name, "100000", "1")
				})
			}})
			relief.Wait()
			if result.Phase != engine.Succeeded || !begun {
				t.Errorf("%v: %v", result, outcomes(e))
			}
			if n := kubelet.once(t); n != 61 {
				t.Errorf("%d Pods", n)
			}
		})
	}
}

// Pods whose service account was removed are not made, and their nodes say why.
func TestAPIServerAccountRemoved(t *testing.T) {
	c, _ := newPlace(t, func(*corev1.Pod) play { return play{after: 5 * time.Millisecond} })
	j := newJourney(t, c, strings.NewReplacer(`"60"`, `"12"`, "entrypoint: main", "entrypoint: main\n  parallelism: 3").Replace(fan))
	removed := false
	e, result := j.drive(t, run.Options{Creates: 4, Tries: 3, Observe: func(e *engine.Engine, _ []engine.NodeID) {
		if removed || e.Run().Counts[engine.Succeeded] < 2 {
			return
		}
		removed = true
		if err := c.core.Delete().Namespace(c.Namespace).Resource("serviceaccounts").Name("default").Do(context.WithoutCancel(t.Context())).Error(); err != nil {
			t.Error(err)
		}
	}})
	counts := e.Run().Counts
	if !result.Phase.Bad() || counts[engine.Succeeded] < 2 || counts[engine.Error] < 3 {
		t.Errorf("%v: %v", result, counts)
	}
	for id := range e.Len() {
		v := e.View(engine.NodeID(id))
		if v.Phase == engine.Error && v.Type == engine.PodNode && (v.Class != engine.ClassInfrastructure || !strings.Contains(v.Message, `serviceaccount "default" not found`)) {
			t.Errorf("%s: %s %q", v.Path, v.Class, v.Message)
		}
	}
}

// seenFrom is the same run for somebody else.
func (r *Run) seenFrom(c *Cluster) *Run {
	return &Run{Name: r.Name, Header: r.Header, cluster: c, uid: r.uid}
}
