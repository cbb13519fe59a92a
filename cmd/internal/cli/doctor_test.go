package cli

import (
	"strings"
	"testing"
	"time"

	"github.com/weft-lang/weft/runtime/engine"
)

// TestDiagnosisText holds what people read, which times and places of a real run
// would make different each time.
func TestDiagnosisText(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.Local)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	for _, c := range []struct {
		name string
		d    diagnosis
		sick bool
		want string
	}{
		{"ended", diagnosis{Name: "ci", Phase: engine.Failed, Message: "child 'ci.a' failed", Started: ago(time.Minute), Finished: ago(30 * time.Second)}, false,
			"✖ ci failed in 30s: child 'ci.a' failed; it waits for nothing\n"},
		{"left", diagnosis{Name: "ci", Driver: &driverState{Message: "nobody drives it: nothing new starts", Do: "weft run --resume ci"}}, true, `◷ ci has not begun
  nobody drives it: nothing new starts
  → weft run --resume ci
`},
		{"goes on", diagnosis{
			Name: "ci", Phase: engine.Running, Progress: "1/3", Started: ago(time.Hour), Driver: &driverState{By: "Pod weft-ci-1", Since: ago(2 * time.Minute)},
			Waits: []blocked{
				{Step: "ci.again", Since: ago(50 * time.Minute), Why: "it waits before it tries again", Until: now.Add(90 * time.Second)},
				{Step: "ci.b", Since: ago(time.Second), Why: "it waits for the lock ci/Mutex/m", Holds: []holder{{"other", "other.x"}, {Run: "third"}}},
			},
		}, false, `● ci has been running for 1h00m, 1/3 done
  driven by Pod weft-ci-1 for 2m00s

   50m00s  ci.again  it waits before it tries again, until 2026-01-02 03:05:35 (1m30s more)
       1s  ci.b      it waits for the lock ci/Mutex/m
                     held by other.x, run other
                     held by run third
`},
		{"silent", diagnosis{Name: "ci", Phase: engine.Running, Started: ago(time.Minute), Driver: &driverState{By: "process 7 on box", Since: ago(time.Minute), Heard: ago(9 * time.Second)}}, false,
			"● ci has been running for 1m00s\n  driven by process 7 on box for 1m00s, and not heard of for 9s: it may have died\n"},
		{"one cause", diagnosis{
			Name: "ci", Phase: engine.Running, Started: ago(time.Minute), Driver: &driverState{By: "Pod d"},
			Waits: []blocked{
				{Step: "ci.a", Why: "its Pod cannot start: 0/3 nodes", Pod: "p1", Do: "kubectl describe pod p1"},
				{Step: "ci.ask", Why: "it waits for somebody to resume it", Do: "weft resume ci --node ci.ask"},
				{Step: "ci.b", Why: "its Pod cannot start: 0/2 nodes", Pod: "p2", Do: "kubectl describe pod p2"},
				{Step: "ci.c", Why: "its Pod runs", Pod: "p3"},
				{Step: "ci.d", Why: "its Pod runs", Pod: "p4"},
				{Step: "ci.tell", Why: "it waits for somebody to resume it", Do: "weft resume ci --node ci.tell"},
			},
		}, true, `● ci has been running for 1m00s
  driven by Pod d

           ci.a and 1 more  its Pod cannot start: 0/3 nodes
                            → kubectl describe pod p1
           ci.ask           it waits for somebody to resume it
                            → weft resume ci --node ci.ask
           ci.c             its Pod runs
           ci.d             its Pod runs
           ci.tell          it waits for somebody to resume it
                            → weft resume ci --node ci.tell
`},
		{"suspended", diagnosis{
			Name: "ci", Phase: engine.Running, Started: ago(time.Minute), Suspended: true, Driver: &driverState{By: "a process on this machine"},
			Waits: []blocked{{Step: "ci", Why: "the run is suspended: nothing new starts", Do: "weft resume ci"}},
		}, true, `● ci is suspended, begun 1m00s ago
  driven by a process on this machine

           ci  the run is suspended: nothing new starts
               → weft resume ci
`},
	} {
		var out strings.Builder
		if err := c.d.print(&out, outputText, now); err != nil {
			t.Fatal(err)
		}
		if out.String() != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, out.String(), c.want)
		}
		if c.d.sick() != c.sick {
			t.Errorf("%s: that somebody is needed is not %v", c.name, c.sick)
		}
	}
	many := diagnosis{Name: "ci", Waits: make([]blocked, mostWaits+7)}
	var out strings.Builder
	if err := many.print(&out, outputText, now); err != nil || !strings.HasSuffix(out.String(), "\n  and 7 more, which -o json lists\n") {
		t.Errorf("%v: %s", err, out.String())
	}
}

func TestByResource(t *testing.T) {
	got := byResource([]string{"list pods", "get secrets", "watch pods", "get pods/log"})
	if want := "pods (list, watch), secrets (get), pods/log (get)"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestDiffer(t *testing.T) {
	for _, c := range []struct {
		begun, own string
		want       bool
	}{{"v1.0.0", "v1.0.0", false}, {"v1.0.0", "v1.1.0", true}, {"(devel)", "v1.0.0", false}, {"v1.0.0", "(devel)", false}, {"", "v1.0.0", false}} {
		if differ(c.begun, c.own) != c.want {
			t.Errorf("%q and %q: differ is not %v", c.begun, c.own, c.want)
		}
	}
}
