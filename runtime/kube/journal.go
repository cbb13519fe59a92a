package kube

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/weft-lang/weft/runtime/engine"
)

// A journal is a row of numbered ConfigMaps, a group of events in each. They are
// immutable and made by create, so that of two drivers only one can make number
// N: the other one learns that it does not lead any more, before anything follows
// from what it wanted to write. Large groups take several, which count only when
// all of them are there.

// ErrFenced says that another driver goes on with the run.
var ErrFenced = errors.New("another process drives this run now")

// writerKey is who made a chunk. It tells a chunk of one's own, made by a request
// whose answer was lost, from that of another driver.
const writerKey = "writer"

// A Journal takes the events of a run.
type Journal struct {
	ctx    context.Context // of the driver: Append is called by it and has no other
	run    *Run
	writer string
	next   int
	whole  int // as in History
	folder folder
	err    error

	compressor compressor
}

// History is what a journal holds, compressed as it is kept: of a large run the text
// takes many times as much.
type History struct {
	Groups int // of events; those that were folded count as one, and some hold none
	chunks int
	whole  int // the chunks up to the end of the last group that is all there
	parts  []stretch
}

// Events yields them all. One that cannot be read ends it with an error.
func (h *History) Events() iter.Seq2[engine.Event, error] {
	return func(yield func(engine.Event, error) bool) {
		for _, part := range h.parts {
			for ev, err := range eventsIn(part.data) {
				if !yield(ev, err) || err != nil {
					return
				}
			}
		}
	}
}

// eventsIn are the events of a group, which are read one by one.
func eventsIn(data []byte) iter.Seq2[engine.Event, error] {
	return func(yield func(engine.Event, error) bool) {
		in := json.NewDecoder(expanding(data))
		for {
			var ev engine.Event
			err := in.Decode(&ev)
			if err == io.EOF {
				return
			}
			if err != nil {
				err = fmt.Errorf("the journal is damaged: cannot read an event: %w", err)
			}
			if !yield(ev, err) || err != nil {
				return
			}
		}
	}
}

// History reads the journal, which may be growing.
func (r *Run) History(ctx context.Context) (*History, error) {
	chunks, folds := map[int]*corev1.ConfigMap{}, map[int]stretch{}
	newest := 0
	var damage error
	_, err := list(ctx, r.cluster, mapResource, r.selector(kindJournal, kindFolded), func(l *corev1.ConfigMapList) {
		for i := range l.Items {
			object := &l.Items[i]
			if object.Labels[labelKind] == kindJournal {
				number := numberOf(object)
				chunks[number], newest = object, max(newest, number)
				continue
			}
			fold, err := foldIn(object)
			if err != nil {
				damage = err
			}
			if fold.last > folds[fold.first].last { // it took in a shorter one
				folds[fold.first], newest = fold, max(newest, fold.last)
			}
		}
	})
	if err = cmp.Or(err, damage); err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	h := &History{}
	var open joiner
	for h.chunks < newest {
		if fold, ok := folds[h.chunks+1]; ok {
			h.parts, h.chunks, h.whole, open = append(h.parts, fold), fold.last, fold.last, joiner{}
			continue
		}
		chunk := chunks[h.chunks+1]
		if chunk == nil {
			return nil, fmt.Errorf("the journal is damaged: %s is missing", r.partName(kindJournal, h.chunks+1))
		}
		group, err := open.add(chunk)
		if err != nil {
			return nil, fmt.Errorf("the journal is damaged: %w", err)
		}
		h.chunks++
		if group != nil {
			h.take(h.chunks, group)
		}
	}
	h.Groups = len(h.parts)
	return h, nil
}

// Claim reads the journal for a driver that begins. It makes the next chunk, with
// nothing in it: what an earlier driver that has died, or sleeps, has sent and the
// API server has not carried out comes too late then. What came before is read.
func (r *Run) Claim(ctx context.Context) (*History, error) {
	h, err := r.History(ctx)
	if err != nil {
		return nil, err
	}
	data, err := compress(nil)
	if err != nil {
		return nil, fmt.Errorf("write the journal: %w", err)
	}
	next, me := h.chunks+1, rand.Text()
	for number := next; ; number++ {
		chunk := r.parts(kindJournal, number, data)[0]
		chunk.Data[writerKey] = me
		ours := false
		err := outlast(ctx, deniedPatience, func() (err error) {
			ours, err = r.makeChunk(ctx, chunk)
			return err
		})
		switch {
		case err != nil:
			return nil, fmt.Errorf("write the journal: %w", err)
		case !ours:
		case number > next:
			return r.History(ctx)
		default:
			h.take(number, data)
			return h, nil
		}
	}
}

// take adds a group that ends with a chunk.
func (h *History) take(last int, data []byte) {
	h.parts = append(h.parts, stretch{first: h.whole + 1, last: last, data: data})
	h.chunks, h.whole, h.Groups = last, last, len(h.parts)
}

// numberOf is the number of a chunk, 0 when its name has none.
func numberOf(chunk *corev1.ConfigMap) int {
	n, _ := strconv.Atoi(chunk.Name[strings.LastIndexByte(chunk.Name, '-')+1:])
	return n
}

// Journal opens the journal for more. The context is that of the driver.
func (r *Run) Journal(ctx context.Context, h *History) *Journal {
	j := &Journal{ctx: ctx, run: r, writer: rand.Text(), next: h.chunks + 1, whole: h.whole}
	j.folder.run, j.folder.pending = r, slices.Clone(h.parts)
	for len(j.folder.pending) > 1 && j.folder.pending[1].fold != "" {
		j.folder.pending = j.folder.pending[1:] // what is before a fold was folded
	}
	return j
}

// Close folds what the driver has written and not folded yet. It is for drivers
// that stop in order, with their Lease.
func (j *Journal) Close(ctx context.Context) {
	if j.err == nil {
		j.folder.close(ctx)
	}
}

// Append keeps a group of events: when it returns without an error they are kept.
// After an error the journal takes no more.
func (j *Journal) Append(events []engine.Event) error {
	if j.err != nil || len(events) == 0 {
		return j.err
	}
	var text bytes.Buffer
	for i := range events {
		line, err := json.Marshal(&events[i])
		if err != nil {
			return fmt.Errorf("write an event: %w", err)
		}
		if text.Len() > 0 && text.Len()+len(line) > maxGroup {
			if err := j.append(text.Bytes()); err != nil {
				return err
			}
			text.Reset()
		}
		text.Write(line)
		text.WriteByte('\n')
	}
	return j.append(text.Bytes())
}

// append keeps the text of a group.
func (j *Journal) append(text []byte) error {
	data, err := j.compressor.compress(bytes.NewReader(text))
	if err != nil {
		j.err = fmt.Errorf("write events: %w", err)
		return j.err
	}
	group := stretch{first: j.whole + 1, data: data}
	for _, chunk := range j.run.parts(kindJournal, j.next, data) {
		chunk.Data[writerKey] = j.writer
		if j.err = j.put(chunk); j.err != nil {
			return j.err
		}
		j.next++
	}
	j.whole = j.next - 1
	group.last = j.whole
	j.folder.add(j.ctx, group)
	return nil
}

// put makes a chunk, whatever becomes of single requests.
func (j *Journal) put(chunk *corev1.ConfigMap) error {
	fenced := false
	err := outlast(j.ctx, deniedPatience, func() (err error) {
		fenced, err = j.putOnce(j.ctx, chunk)
		return err
	})
	switch {
	case fenced:
		return ErrFenced
	case err != nil:
		return fmt.Errorf("write the journal: %w", err)
	}
	return nil
}

func (j *Journal) putOnce(ctx context.Context, chunk *corev1.ConfigMap) (fenced bool, err error) {
	ours, err := j.run.makeChunk(ctx, chunk)
	if err != nil || !ours {
		return err == nil, err
	}
	if fenced, err = j.overtaken(ctx, numberOf(chunk)); fenced {
		// Readers pass it over, but those who follow the journal chunk by chunk.
		_ = j.run.cluster.delete(ctx, mapResource, chunk.Name, "")
	}
	return fenced, err
}

// makeChunk makes a chunk, unless another driver has made the one of its number.
func (r *Run) makeChunk(ctx context.Context, chunk *corev1.ConfigMap) (ours bool, err error) {
	err = r.cluster.create(ctx, mapResource, chunk, &corev1.ConfigMap{})
	if !apierrors.IsAlreadyExists(err) {
		return err == nil, err
	}
	there := &corev1.ConfigMap{}
	err = r.cluster.get(ctx, mapResource, chunk.Name, there)
	if apierrors.IsNotFound(err) { // it was folded meanwhile
		return false, nil
	}
	return err == nil && there.Data[writerKey] == chunk.Data[writerKey], err
}

// overtaken reports whether a chunk that was made is one that another driver made,
// folded and deleted, while this one slept.
func (j *Journal) overtaken(ctx context.Context, number int) (bool, error) {
	if j.run.leads() {
		return false, nil
	}
	object, err := j.run.object(ctx)
	return err == nil && folded(object) >= number, err
}
