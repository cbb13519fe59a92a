package cli

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weft-lang/weft/compiler"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/yaml"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/validate"
)

// TestLines holds that a node is told of once in every phase, and that what keeps
// nodes from going on is told once for all of them, if it lasts.
func TestLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		l := newLines(&out)
		l.now = func() time.Time { return time.Time{} }
		say := func(id engine.NodeID, phase engine.Phase, message string) {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.tell(engine.View{ID: id, Path: string('a' + rune(id)), Phase: phase, Message: message})
		}
		later := func() { time.Sleep(10 * time.Second) }

		say(0, engine.Pending, "")
		say(0, engine.Pending, "")
		for id := range engine.NodeID(4) {
			say(id, engine.Pending, fmt.Sprintf("Unschedulable: 0/3 nodes: %d Insufficient cpu", id))
			say(id, engine.Pending, "")
			say(id, engine.Pending, fmt.Sprintf("Unschedulable: 0/3 nodes: %d Insufficient cpu", id+1))
		}
		say(1, engine.Pending, "") // it was not worth telling
		say(2, engine.Running, "")
		later()
		say(0, engine.Pending, "Unschedulable: 0/2 nodes: 2 Insufficient cpu")
		say(4, engine.Pending, "Unschedulable: 0/2 nodes: 2 Insufficient cpu")
		say(0, engine.Pending, `CreateContainerConfigError: secret "a" not found`)
		later()
		say(0, engine.Running, "")
		say(0, engine.Failed, "exit code 1")
		say(0, engine.Failed, "exit code 1, and more")
		say(0, engine.NoPhase, "exit code 1")
		say(0, engine.Pending, "")
		say(3, engine.Error, strings.Repeat("long ", 30))
		say(4, engine.Error, "step e: "+strings.Repeat("long ", 30))
		l.tell(engine.View{ID: 5, Phase: engine.Running, Type: engine.StepGroupNode})
		say(6, engine.Pending, "exceeded quota: pods=2")
		l.close()
		want := `00:00:00  Pending    a
00:00:00  Pending    b
00:00:00  Pending    c
00:00:00  Pending    d
00:00:00  Running    c
00:00:00  Pending    a and 1 more  Unschedulable: 0/3 nodes: 0 Insufficient cpu
00:00:00  Pending    e
00:00:00  Pending    a  CreateContainerConfigError: secret "a" not found
00:00:00  Pending    e  Unschedulable: 0/2 nodes: 2 Insufficient cpu
00:00:00  Running    a
00:00:00  Failed     a  exit code 1
00:00:00  Pending    a
00:00:00  Error      d  ` + strings.TrimSpace(strings.Repeat("long ", 30)) + `
00:00:00  Error      e  step e: long long long long long long long long long long long long…
00:00:00  Pending    g
00:00:00  Pending    g  exceeded quota: pods=2
`
		if out.String() != want {
			t.Errorf("got\n%s", out.String())
		}
	})
}

// TestLinesOrder holds that what ends in one go is told from the inside out.
func TestLinesOrder(t *testing.T) {
	docs, _ := yaml.Parse(source.NewFile("ci.yaml", `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: ci}
spec:
  entrypoint: main
  templates:
  - name: main
    steps: [[{name: ask, template: ask}]]
  - {name: ask, suspend: {}}
`))
	checked := validate.Check(compiler.Bind(docs), validate.Options{}).Checked
	e, err := engine.New(checked, engine.Config{Object: checked.Project().Objects[0], Name: "ci", UID: "u"})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	var changed []engine.NodeID
	for _, ev := range []engine.Event{
		{Kind: engine.EventStart, Node: engine.NoNode, At: now},
		{Kind: engine.EventSignal, Node: engine.NoNode, At: now, Signal: &engine.Signal{Kind: engine.SignalStop}},
	} {
		for _, a := range e.Step(ev) {
			if c, ok := a.(engine.NodeChanged); ok {
				changed = append(changed, c.Node)
			}
		}
	}
	var out strings.Builder
	l := newLines(&out)
	l.observe(e, changed)
	ask, whole := strings.Index(out.String(), "Failed     ci[0].ask"), strings.Index(out.String(), "Failed     ci  ")
	if ask < 0 || whole < ask {
		t.Errorf("got\n%s", out.String())
	}
}

// BenchmarkLines tells of nodes that wait, for the same or each for something else,
// and then run. The time for each of them must not grow with their number.
func BenchmarkLines(b *testing.B) {
	for _, causes := range []int{1, 10_000} {
		for _, n := range []int{1_000, 10_000} {
			b.Run(fmt.Sprintf("%d/%d", causes, n), func(b *testing.B) {
				for b.Loop() {
					l := newLines(io.Discard)
					for id := range n {
						cause := fmt.Sprintf("Waiting for %c%c lock", 'a'+rune(id%causes%100), 'a'+rune(id%causes/100))
						l.tell(engine.View{ID: engine.NodeID(id), Path: "ci.a", Phase: engine.Pending, Message: cause})
					}
					for id := range n {
						l.tell(engine.View{ID: engine.NodeID(id), Path: "ci.a", Phase: engine.Running})
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/node")
			})
		}
	}
}
