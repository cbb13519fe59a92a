package sim

import (
	"bytes"
	"encoding/json"
	"iter"

	"github.com/weft-lang/weft/runtime/engine"
)

// Journal keeps events in memory, in the form in which others write them to
// disk. It outlives the drivers that write it.
type Journal struct {
	lines [][]byte
	// Kill, if not 0, is how many more events are kept; then the driver is killed.
	// With Torn the group in which that happens is lost as a whole.
	Kill int
	Torn bool
}

// Append keeps events.
func (j *Journal) Append(events []engine.Event) error {
	var err error
	if j.Kill > 0 {
		if j.Kill -= len(events); j.Kill <= 0 {
			keep := len(events) + j.Kill
			if j.Torn {
				keep = 0
			}
			events, err, j.Kill = events[:keep], ErrKilled, 0
		}
	}
	for i := range events {
		line, fault := json.Marshal(&events[i])
		if fault != nil {
			return fault
		}
		j.lines = append(j.lines, line)
	}
	return err
}

// Len is how many events are kept.
func (j *Journal) Len() int { return len(j.lines) }

// History are the events kept so far.
func (j *Journal) History() iter.Seq2[engine.Event, error] {
	lines := j.lines
	return func(yield func(engine.Event, error) bool) {
		for _, line := range lines {
			var ev engine.Event
			d := json.NewDecoder(bytes.NewReader(line))
			d.DisallowUnknownFields()
			err := d.Decode(&ev)
			if !yield(ev, err) || err != nil {
				return
			}
		}
	}
}
