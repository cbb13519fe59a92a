package kube

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

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

// journalPatience is for how long a cluster may be out of reach, deniedPatience
// for how long it may say that it is not allowed to write.
const (
	journalPatience = 5 * time.Minute
	deniedPatience  = 30 * time.Second
)

// A Journal takes the events of a run.
type Journal struct {
	ctx    context.Context // of the driver: Append is called by it and has no other
	run    *Run
	writer string
	next   int
	err    error
}

// History is what a journal holds.
type History struct {
	Groups int
	chunks int
	whole  int // the chunks up to the end of the last group that is all there
	texts  [][]byte
}

// Events yields them all. One that cannot be read ends it with an error.
func (h *History) Events() iter.Seq2[engine.Event, error] {
	return func(yield func(engine.Event, error) bool) {
		for _, text := range h.texts {
			for ev, err := range eventsIn(text) {
				if !yield(ev, err) || err != nil {
					return
				}
			}
		}
	}
}

// eventsIn are the events of a group.
func eventsIn(text []byte) iter.Seq2[engine.Event, error] {
	return func(yield func(engine.Event, error) bool) {
		for line := range bytes.Lines(text) {
			var ev engine.Event
			err := json.Unmarshal(line, &ev)
			if err != nil {
				err = fmt.Errorf("cannot read an event of the journal: %w", err)
			}
			if !yield(ev, err) || err != nil {
				return
			}
		}
	}
}

// History reads the journal, which may be growing.
func (r *Run) History(ctx context.Context) (*History, error) {
	var chunks []*corev1.ConfigMap
	_, err := list(ctx, r.cluster, mapResource, r.selector(kindJournal), func(l *corev1.ConfigMapList) {
		for i := range l.Items {
			chunks = append(chunks, &l.Items[i])
		}
	})
	if err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	groups, err := joinParts(chunks) // which sorts them
	if err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	for i, c := range chunks {
		if want := r.partName(kindJournal, i+1); c.Name != want {
			return nil, fmt.Errorf("the journal is damaged: %s is missing", want)
		}
	}
	h := &History{Groups: len(groups), chunks: len(chunks)}
	for i, c := range chunks {
		if part, of, err := partOf(c); err == nil && part == of {
			h.whole = i + 1
		}
	}
	for _, data := range groups {
		text, err := expand(data)
		if err != nil {
			return nil, fmt.Errorf("the journal is damaged: %w", err)
		}
		h.texts = append(h.texts, text)
	}
	return h, nil
}

// Journal opens the journal for more. The context is that of the driver.
func (r *Run) Journal(ctx context.Context, h *History) *Journal {
	return &Journal{ctx: ctx, run: r, writer: rand.Text(), next: h.chunks + 1}
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
		text.Write(line)
		text.WriteByte('\n')
	}
	for _, chunk := range j.run.parts(kindJournal, j.next, compress(text.Bytes())) {
		chunk.Data[writerKey] = j.writer
		if j.err = j.put(chunk); j.err != nil {
			return j.err
		}
		j.next++
	}
	return nil
}

// put makes a chunk, whatever becomes of single requests.
func (j *Journal) put(chunk *corev1.ConfigMap) error {
	ctx, cancel := context.WithTimeout(j.ctx, journalPatience)
	defer cancel()
	var pause backoff
	var denied time.Time // since when
	for {
		err := j.run.cluster.create(ctx, mapResource, chunk, &corev1.ConfigMap{})
		if apierrors.IsAlreadyExists(err) {
			there := &corev1.ConfigMap{}
			if err = j.run.cluster.get(ctx, mapResource, chunk.Name, there); err == nil {
				if there.Data[writerKey] != j.writer {
					return ErrFenced
				}
				return nil
			}
		}
		if !isDenied(err) {
			denied = time.Time{}
		} else if denied.IsZero() {
			denied = time.Now()
		}
		switch {
		case err == nil:
			return nil
		case !denied.IsZero() && time.Since(denied) < deniedPatience && pause.wait(ctx):
		case !passing(err) || !pause.wait(ctx):
			return fmt.Errorf("write the journal: %w", err)
		}
	}
}

// passing reports whether the same request may go well later.
func passing(err error) bool {
	return refusalOf(err) == nil || apierrors.IsConflict(err) || isQuota(err) || isStarting(err)
}

// isStarting reports whether an API server has just begun and does not know yet
// what it would have to know to judge.
func isStarting(err error) bool {
	return apierrors.IsForbidden(err) && strings.Contains(err.Error(), "not yet ready to handle request")
}

// isDenied reports whether the user may not do this: for good, or as long as an
// API server that has just begun does not know the rights of users.
func isDenied(err error) bool {
	return apierrors.IsForbidden(err) && strings.Contains(err.Error(), " cannot ") && strings.Contains(err.Error(), "User ")
}

// isQuota reports whether a quota is used up, or was made a moment ago.
func isQuota(err error) bool {
	return apierrors.IsForbidden(err) && (strings.Contains(err.Error(), "exceeded quota") || strings.Contains(err.Error(), "status unknown for quota"))
}
