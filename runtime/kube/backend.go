package kube

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	kruntime "k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/compiler/pod/instructions"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/run"
)

// mostCreates is how many Pods are created at once where the API server lets us.
const mostCreates = 64

// Creates is how many calls of Create a driver should have under way: enough that
// none of the places is empty while it writes its journal.
const Creates = 4 * mostCreates

// A Backend runs the Pods of one run in a cluster.
type Backend struct {
	cluster *Cluster
	of      pod.Run
	gate    *gate

	shared struct { // what its Pods share
		sync.Mutex
		made bool
	}

	waits   waits
	mu      sync.Mutex
	pods    map[string]*tracked // by name
	reports *reports
	spills  chan struct{} // bounds how many logs are read at once
}

var _ run.Backend = (*Backend)(nil)

// tracked is what is known of a Pod.
type tracked struct {
	ref  run.PodRef
	uid  types.UID // "" as long as nobody has seen it
	told string    // the state that was reported last
	due  bool      // an earlier driver was told that it was created
	done bool      // its end was reported
	vain bool      // it is being ended, since it would not end by itself

	// Of a Pod that does not say why it does not start:
	quiet   time.Time     // since when
	placed  bool          // it had a node by then
	still   engine.Report // what it says instead
	trouble string        // what events said of it

	// Of a Pod that is on its way out:
	loss  *engine.Report // what is to be said when it is gone
	rest  *corev1.Pod    // main has ended, and a sidecar has not: as it was seen last
	timer *time.Timer    // when this is no longer waited for
}

// waits is for how long a Pod on its way out is waited for.
type waits struct {
	// sidecars is from the end of main on. The kubelet asks sidecars to end then;
	// one that does not hear is not waited for. It is long enough for a busy node,
	// since the bad end of a sidecar that is told later no longer counts.
	sidecars time.Duration
	// deleted is from when a Pod that was deleted should have ended. The kubelet
	// says so within seconds, if its machine is still there.
	deleted time.Duration
	// quiet is for how long a Pod may take to find a node, and to start there, before
	// events are asked what keeps it.
	quiet time.Duration
	// refused is for how long events are left alone that may not be listed.
	refused time.Duration
	// silent is since a watch brought something. The API server marks once a minute
	// how far it has come; what is between us and it may keep a dead watch open.
	silent time.Duration
}

// NewBackend makes the backend of a run whose objects exist.
func NewBackend(c *Cluster, of pod.Run) *Backend {
	of.Namespace = c.Namespace
	return &Backend{
		cluster: c, of: of, gate: newGate(mostCreates), pods: map[string]*tracked{},
		waits:   waits{sidecars: 10 * time.Second, deleted: time.Minute, quiet: 10 * time.Second, refused: 5 * time.Minute, silent: 2 * time.Minute},
		reports: newReports(), spills: make(chan struct{}, 8),
	}
}

// Create makes the objects of a leaf.
func (b *Backend) Create(ctx context.Context, p *run.Pod) error {
	era, err := b.gate.enter(ctx)
	if err != nil {
		return err
	}
	err = b.create(ctx, p)
	b.gate.leave(era, apierrors.IsTooManyRequests(err))
	return failedCreate(err)
}

func (b *Backend) create(ctx context.Context, p *run.Pod) error {
	if err := b.makeShared(ctx, p); err != nil {
		return err
	}
	for _, m := range p.Objects.ConfigMaps {
		if err := b.make(ctx, mapResource, m, &corev1.ConfigMap{}); err != nil {
			return err
		}
	}
	b.mu.Lock()
	if b.pods[p.Name] == nil {
		b.pods[p.Name] = &tracked{ref: p.PodRef}
	}
	b.mu.Unlock()
	object, made := annotated(p.Objects), &corev1.Pod{}
	err := b.cluster.create(ctx, podResource, object, made)
	if apierrors.IsAlreadyExists(err) {
		if made, err = b.adoptable(ctx, object); err == nil {
			b.found(made)
			b.observe(ctx, made)
		}
		return err
	}
	if err == nil {
		b.found(made)
	}
	return err
}

// found notes which Pod is the one of its name.
func (b *Backend) found(p *corev1.Pod) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pods[p.Name].uid = p.UID
}

// annotated is the Pod with what a later driver has to know of it.
func annotated(o *pod.Objects) *corev1.Pod {
	p := o.Pod.DeepCopy()
	text := p.Annotations[pod.AnnotationInstructions]
	for _, m := range o.ConfigMaps {
		if m.Name == p.Name && text == "" {
			text = m.Data[instructions.Key]
		}
	}
	var tell instructions.Instructions
	notes := map[string]string{}
	if json.Unmarshal([]byte(text), &tell) == nil { // without instructions nothing is told
		notes[annotationTells] = strings.Join(tell.Tells(), ",")
		notes[annotationSaved] = strings.Join(tell.Saved(), ",")
		if p.Annotations[pod.AnnotationInstructions] == "" && len(tell.Save) > 0 {
			notes[annotationSaves] = instructions.Instructions{Save: tell.Save}.Encode()
		}
	}
	if len(o.Mains) != len(p.Spec.Containers) {
		notes[annotationMains] = strings.Join(o.Mains, ",")
	}
	for key, value := range notes {
		if value == "" {
			continue
		}
		if p.Annotations == nil {
			p.Annotations = map[string]string{}
		}
		p.Annotations[key] = value
	}
	return p
}

// adoptable is the Pod that has the name of ours, if it is ours.
func (b *Backend) adoptable(ctx context.Context, want *corev1.Pod) (*corev1.Pod, error) {
	there := &corev1.Pod{}
	err := b.cluster.get(ctx, podResource, want.Name, there)
	switch {
	case err != nil:
		return nil, err // gone again, perhaps: the driver tries once more
	case !b.same(there, want):
		return nil, &run.Refusal{Class: engine.ClassInfrastructure, Message: fmt.Sprintf("there is a Pod %q already, and it is not of this run", want.Name)}
	case there.DeletionTimestamp != nil:
		return nil, &run.Busy{Class: engine.ClassInfrastructure, Message: fmt.Sprintf("the Pod %q is being deleted", want.Name)}
	}
	return there, nil
}

// same reports whether two objects do the same work.
func (b *Backend) same(one, other metav1.Object) bool {
	for _, label := range []string{pod.LabelRunUID, pod.LabelNode, pod.LabelGeneration} {
		if one.GetLabels()[label] != other.GetLabels()[label] {
			return false
		}
	}
	return true
}

// make creates an object, or finds that it is there and ours.
func (b *Backend) make(ctx context.Context, resource string, object, into interface {
	metav1.Object
	kruntime.Object
}) error {
	err := b.cluster.create(ctx, resource, object, into)
	if !apierrors.IsAlreadyExists(err) {
		return err
	}
	if err := b.cluster.get(ctx, resource, object.GetName(), into); err != nil {
		return err
	}
	if !b.same(into, object) {
		return &run.Refusal{
			Class:   engine.ClassInfrastructure,
			Message: fmt.Sprintf("%q in %s is there already, and not of this run", object.GetName(), resource),
		}
	}
	return nil
}

// makeShared makes the volume claims and the disruption budget of the run, before
// its first Pod.
func (b *Backend) makeShared(ctx context.Context, p *run.Pod) error {
	b.shared.Lock()
	defer b.shared.Unlock()
	if b.shared.made || b.of.Spec == nil {
		return nil
	}
	wanted, findings := pod.Claims(b.of, p.Leaf.Scope)
	if len(findings) > 0 && wanted == nil {
		return &run.Refusal{Class: engine.ClassUser, Message: findings[0].Message}
	}
	for _, c := range wanted {
		if err := b.make(ctx, claimResource, c, &corev1.PersistentVolumeClaim{}); err != nil {
			return err
		}
	}
	budget, findings := pod.Budget(b.of, p.Leaf.Scope)
	if len(findings) > 0 && budget == nil {
		return &run.Refusal{Class: engine.ClassUser, Message: findings[0].Message}
	}
	if budget != nil {
		if err := b.make(ctx, budgetResource, budget, &policyv1.PodDisruptionBudget{}); err != nil {
			return err
		}
	}
	b.shared.made = true
	return nil
}

// failedCreate says of an error what the driver is to do about it.
func failedCreate(err error) error {
	var status apierrors.APIStatus
	var network net.Error
	switch {
	case errors.As(err, &status):
	case errors.As(err, &network) && !errors.Is(err, context.Canceled):
		return &run.Busy{Class: engine.ClassInfrastructure, Message: "the API server cannot be reached"}
	default:
		return err
	}
	message := status.Status().Message
	switch {
	case apierrors.IsTooManyRequests(err):
		return &run.Busy{Class: engine.ClassInfrastructure, Message: "the API server has too much to do"}
	case isQuota(err):
		return &run.Busy{Class: engine.ClassQuota, Message: withoutPod(message)}
	case apierrors.IsConflict(err), apierrors.IsNotFound(err) && strings.HasPrefix(message, "pods "):
		return &run.Busy{Class: engine.ClassInfrastructure, Message: message} // others write the quota, or the Pod is gone again
	case apierrors.IsForbidden(err) && strings.Contains(message, "error looking up service account"), isDenied(err):
		return errors.New(withoutPod(message)) // it is made a moment after its namespace; rights may be given back
	case isStarting(err):
		return &run.Busy{Class: engine.ClassInfrastructure, Message: "the API server is starting"}
	}
	if refusal := refusalOf(err); refusal != nil {
		return &run.Refusal{Class: classOf(err), Message: withoutPod(refusal.Error())}
	}
	return err
}

// withoutPod is a message about a Pod of a run without its name, which tells nobody
// anything and makes messages differ that say the same.
func withoutPod(message string) string {
	if pod, rest, found := strings.Cut(message, " is forbidden: "); found && strings.HasPrefix(pod, `pods "`) {
		return rest
	}
	return message
}

// classOf is whose fault it is that an object is refused for good.
func classOf(err error) engine.Class {
	if apierrors.IsInvalid(err) || apierrors.IsBadRequest(err) || apierrors.IsForbidden(err) {
		return engine.ClassUser
	}
	return engine.ClassInfrastructure
}

// Adopt tells which Pods an earlier driver left.
func (b *Backend) Adopt(_ context.Context, refs []run.PodRef) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, ref := range refs {
		if b.pods[ref.Name] == nil {
			b.pods[ref.Name] = &tracked{ref: ref, due: true}
		}
	}
	return nil
}

// Stop deletes a Pod, which gives it its grace period.
func (b *Backend) Stop(ctx context.Context, ref run.PodRef) error {
	b.mu.Lock()
	var uid types.UID
	if t := b.pods[ref.Name]; t != nil {
		uid = t.uid
	}
	b.mu.Unlock()
	if uid == "" {
		there := &corev1.Pod{}
		err := b.cluster.get(ctx, podResource, ref.Name, there)
		if apierrors.IsNotFound(err) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("stop Pod %q: %w", ref.Name, err)
		}
		if there.Labels[pod.LabelRunUID] != b.of.UID || there.Labels[pod.LabelGeneration] != strconv.Itoa(ref.Generation) {
			return nil
		}
		uid = there.UID
	}
	err := b.cluster.delete(ctx, podResource, ref.Name, uid)
	if err != nil && !apierrors.IsNotFound(err) && !apierrors.IsConflict(err) {
		return fmt.Errorf("stop Pod %q: %w", ref.Name, err)
	}
	return nil
}

// end stops a Pod that would not end by itself, however long that takes.
func (b *Backend) end(ctx context.Context, ref run.PodRef) {
	for pause := (backoff{}); b.Stop(ctx, ref) != nil && pause.wait(ctx); {
	}
}

// Reports follows the Pods of the run and yields what becomes of them.
func (b *Backend) Reports(ctx context.Context) <-chan run.PodReport {
	out := make(chan run.PodReport)
	var work sync.WaitGroup
	work.Go(func() { b.follow(ctx) })
	work.Go(func() { b.followTrouble(ctx) })
	go func() {
		defer close(out)
		defer work.Wait()
		for {
			for _, report := range b.reports.take() {
				select {
				case out <- report:
				case <-ctx.Done():
					return
				}
			}
			select {
			case <-b.reports.more:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

// reports is a queue without end: a watch must not wait for the driver.
type reports struct {
	mu    sync.Mutex
	queue []run.PodReport
	more  chan struct{}
}

func newReports() *reports { return &reports{more: make(chan struct{}, 1)} }

func (r *reports) add(report run.PodReport) {
	r.mu.Lock()
	r.queue = append(r.queue, report)
	r.mu.Unlock()
	select {
	case r.more <- struct{}{}:
	default:
	}
}

func (r *reports) take() []run.PodReport {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := r.queue
	r.queue = nil
	return all
}
