package engine_test

import (
	"strings"
	"testing"

	"github.com/weft-lang/weft/lang/langtest"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/validate"
)

// TestRuns plays workflows by scripts, and compares the nodes they leave. What
// is played twice must come out the same.
func TestRuns(t *testing.T) {
	langtest.Run(t, "testdata/runs/*.txtar", func(t *testing.T, in map[string]string) map[string]string {
		p := play(t, in)
		again := newEngine(t, in)
		for _, ev := range p.events {
			again.Step(ev)
		}
		langtest.Equal(t, "the tree after a replay", tree(again), tree(p.e))
		if n := p.e.Impossible(); n > 0 {
			t.Errorf("%d events should not have come", n)
		}
		got := map[string]string{"tree": tree(p.e)}
		if _, ok := in["log"]; ok {
			got["log"] = strings.Join(p.log, "\n") + "\n"
		}
		if p.ended == nil {
			var blocked strings.Builder
			for id := range engine.NodeID(p.e.Len()) {
				if why := p.e.Blocked(id); why != "" {
					blocked.WriteString(p.e.View(id).Path + ": " + why + "\n")
				}
			}
			got["blocked"] = blocked.String()
		}
		return got
	})
}

func newEngine(t testing.TB, in map[string]string, profile ...validate.Profile) *engine.Engine {
	t.Helper()
	files := map[string]string{}
	for name, text := range in {
		if strings.HasSuffix(name, ".yaml") {
			files[name] = text
		}
	}
	checked, o := load(t, files, profile...)
	e, err := engine.New(checked, engine.Config{Object: o, Name: "wf", Namespace: "ns", UID: "uid", Created: epoch})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func play(t testing.TB, in map[string]string) *player {
	t.Helper()
	p := newPlayer(t, newEngine(t, in), in["script"])
	p.play()
	return p
}
