package kube

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// A journal has a chunk for every group of events, and would leave hundreds of
// small ConfigMaps behind. So chunks that lie behind are folded: written together
// into one, then deleted. A fold holds just what its chunks held, so that whoever
// folds, and however often, readers find the same events.
//
// Chunks that are gone cannot keep out a driver that slept while another one went
// on: it could make one of them again. So a fold is noted on the run before chunks
// go, and a driver that did not renew its Lease in time, which is when another one
// can have begun, looks at that note after each chunk that it makes.
//
// Nor does such a driver fold any more, or delete what it has folded: the other one
// has read the journal without these folds, and its own may end elsewhere.
const (
	kindFolded       = "folded"
	annotationFolded = "weft.dev/folded" // on the run: the last chunk that was folded
	coversKey        = "covers"          // "1 to 64"

	foldAfter   = 64        // groups
	maxFold     = 256 << 10 // what is folded is written again until it is so large
	maxGroup    = 32 << 20  // of text in a group: well below what readers take
	foldDeletes = 16        // at once

	// foldPatience is for how long a driver that stops folds what is left. What is
	// not folded is read as well.
	foldPatience = 15 * time.Second
)

// A stretch is a part of a journal without gaps.
type stretch struct {
	first, last int    // chunks, those that were never complete included
	data        []byte // what they hold, as it is kept: compressed
	fold        string // the object that holds it, "" for chunks
}

// A folder folds what a driver has written.
type folder struct {
	run  *Run
	busy sync.WaitGroup

	mu      sync.Mutex
	folding bool
	pending []stretch // in order; the first may be a fold that has room
}

// add takes note of a group. It begins to fold when there is enough.
func (f *folder) add(ctx context.Context, s stretch) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.pending = append(f.pending, s)
	if f.folding || len(f.pending)%foldAfter != 0 {
		return
	}
	f.folding = true
	f.busy.Go(func() { f.fold(ctx) })
}

// fold folds all that is pending. It is tried again with what comes later when
// the cluster does not want it: nothing hangs on it.
func (f *folder) fold(ctx context.Context) {
	f.mu.Lock()
	taken := f.pending
	f.mu.Unlock()
	rest, err := f.run.foldAll(ctx, taken)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.folding = false
	if err == nil {
		f.pending = append(rest, f.pending[len(taken):]...)
	}
}

// close folds what is left.
func (f *folder) close(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, foldPatience)
	defer cancel()
	f.busy.Wait()
	if len(f.pending) < 2 {
		return
	}
	for !f.run.leads() { // the next renewal may be about to come
		if !sleep(ctx, firstPause) {
			return
		}
	}
	f.fold(ctx)
}

// foldAll folds stretches that follow each other and returns the last one, which
// may have room for more.
func (r *Run) foldAll(ctx context.Context, all []stretch) ([]stretch, error) {
	var last []stretch
	for len(all) > 0 {
		n, size := 1, len(all[0].data)
		for n < len(all) && size+len(all[n].data) <= maxFold {
			size += len(all[n].data)
			n++
		}
		folded, err := r.foldOne(ctx, all[:n])
		if err != nil {
			return nil, err
		}
		last, all = []stretch{folded}, all[n:]
	}
	return last, nil
}

// errNotLeading says that another driver may have begun.
var errNotLeading = errors.New("the Lease was not renewed in time")

// foldOne folds some stretches into one. A single one stays as it is.
func (r *Run) foldOne(ctx context.Context, parts []stretch) (stretch, error) {
	if len(parts) == 1 {
		return parts[0], nil
	}
	if !r.leads() {
		return stretch{}, errNotLeading
	}
	whole := stretch{first: parts[0].first, last: parts[len(parts)-1].last}
	var texts []io.Reader
	for _, p := range parts {
		texts = append(texts, expanding(p.data))
	}
	var err error
	if whole.data, err = new(compressor).compress(io.MultiReader(texts...)); err != nil {
		return whole, fmt.Errorf("the journal is damaged: %w", err)
	}
	whole.fold = r.foldName(whole.first, whole.last)
	yes := true
	object := &corev1.ConfigMap{
		ObjectMeta: r.owned(kindFolded, whole.fold), Immutable: &yes,
		Data:       map[string]string{coversKey: fmt.Sprintf("%d to %d", whole.first, whole.last)},
		BinaryData: map[string][]byte{dataKey: whole.data},
	}
	err = r.cluster.create(ctx, mapResource, object, &corev1.ConfigMap{})
	if err != nil && !apierrors.IsAlreadyExists(err) { // what is there holds the same
		return whole, err
	}
	if !r.leads() { // perhaps it came too late for the next driver to read it
		return whole, errNotLeading
	}
	if err := r.noteFolded(ctx, whole.last); err != nil {
		return whole, err
	}
	r.deleteFolded(ctx, parts)
	return whole, nil
}

func (r *Run) foldName(first, last int) string {
	return r.partName(kindFolded, first) + fmt.Sprintf("-%06d", last)
}

// deleteFolded deletes what a fold holds as well. What stays is passed over by
// readers, and goes with the run.
func (r *Run) deleteFolded(ctx context.Context, parts []stretch) {
	var work sync.WaitGroup
	defer work.Wait()
	places := make(chan struct{}, foldDeletes)
	remove := func(name string) {
		places <- struct{}{}
		work.Go(func() {
			_ = r.cluster.delete(ctx, mapResource, name, "")
			<-places
		})
	}
	for _, p := range parts {
		if p.fold != "" {
			remove(p.fold)
			continue
		}
		for number := p.first; number <= p.last; number++ {
			remove(r.partName(kindJournal, number))
		}
	}
}

// noteFolded notes on the run up to where its chunks are folded. The note never
// goes back.
func (r *Run) noteFolded(ctx context.Context, last int) error {
	for {
		object, err := r.object(ctx)
		if err != nil {
			return err
		}
		if folded(object) >= last {
			return nil
		}
		patch, err := json.Marshal(map[string]any{"metadata": map[string]any{
			"uid": r.uid, "resourceVersion": object.ResourceVersion,
			"annotations": map[string]string{annotationFolded: strconv.Itoa(last)},
		}})
		if err != nil {
			return err
		}
		if err = r.cluster.patch(ctx, mapResource, object.Name, patch); !apierrors.IsConflict(err) {
			return err
		}
	}
}

// folded is the last chunk that was folded, 0 for none.
func folded(run *corev1.ConfigMap) int {
	n, _ := strconv.Atoi(run.Annotations[annotationFolded]) // which nobody else writes
	return n
}

// foldIn is the stretch that a fold holds.
func foldIn(object *corev1.ConfigMap) (stretch, error) {
	s := stretch{fold: object.Name, data: object.BinaryData[dataKey]}
	if _, err := fmt.Sscanf(object.Data[coversKey], "%d to %d", &s.first, &s.last); err != nil {
		return s, fmt.Errorf("the journal is damaged: %s covers %q", object.Name, object.Data[coversKey])
	}
	return s, nil
}
