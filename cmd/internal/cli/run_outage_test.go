package cli

import (
	"regexp"
	"testing"
	"time"

	"github.com/weft-lang/weft/runtime/engine"
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
