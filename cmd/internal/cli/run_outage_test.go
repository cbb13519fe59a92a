package cli

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/store"
)

// slowJournal takes its time.
type slowJournal time.Duration

func (j slowJournal) Append([]engine.Event) error { time.Sleep(time.Duration(j)); return nil }

func TestToldJournal(t *testing.T) {
	var out lockedBuffer
	quick := toldJournal{slowJournal(0), &out, time.Minute}
	if err := quick.Append(nil); err != nil {
		t.Error(err)
	}
	if said := out.take(); said != "" {
		t.Errorf("%q", said)
	}
	slow := toldJournal{slowJournal(200 * time.Millisecond), &out, time.Millisecond}
	if err := slow.Append(nil); err != nil {
		t.Error(err)
	}
	want := regexp.MustCompile(`^weft: the cluster does not answer; .*\nweft: the cluster answers again, after \d+ms\n$`)
	if got := out.take(); !want.MatchString(got) {
		t.Errorf("%q", got)
	}
}

// TestOutageBorne holds that whoever looks on waits for a cluster that does not
// answer, says so, and does not wait for ever, nor for what will not come back.
func TestOutageBorne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said []string
		o := outage{say: func(text string) { said = append(said, text) }}
		away := errors.New("connection refused")
		for range 10 {
			if err := o.bear(away); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
		}
		_ = o.bear(nil)
		if want := []string{"connection refused; trying again for 2m00s", "the cluster answers again, after 10s"}; !slices.Equal(said, want) {
			t.Errorf("said %q", said)
		}
		_ = o.bear(away)
		time.Sleep(attachPatience + time.Second)
		if o.bear(away) == nil {
			t.Error("it waits for ever")
		}
		for _, final := range []error{failure("deleted"), fmt.Errorf("ci: %w", store.ErrNoRun)} {
			_ = o.bear(nil)
			if o.bear(final) == nil {
				t.Errorf("it waits after %v", final)
			}
		}
	})
}

// TestEnding holds that a command which a cluster leaves alone has failed, and was
// not called in a wrong way.
func TestEnding(t *testing.T) {
	away := errors.New("connection refused")
	for _, c := range []struct {
		err  error
		code int
	}{{away, Failure}, {fmt.Errorf("pods: %w", away), Failure}, {usage("name one step"), Usage}} {
		var end *exit
		if !errors.As(ending(c.err), &end) || end.code != c.code || end.Error() != c.err.Error() {
			t.Errorf("%v ends as %v", c.err, ending(c.err))
		}
	}
	if err := ending(nil); err != nil {
		t.Error(err)
	}
}
