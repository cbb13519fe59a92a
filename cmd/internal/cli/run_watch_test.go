package cli

import (
	"strings"
	"testing"
	"time"

	"github.com/weft-lang/weft/runtime/engine"
)

// TestLines holds that a node is told of once in every phase, and once more when
// something keeps it from going on.
func TestLines(t *testing.T) {
	var out strings.Builder
	l := &lines{out: &out, now: func() time.Time { return time.Time{} }, last: map[engine.NodeID]line{}}
	for _, v := range []engine.View{
		{Phase: engine.Pending},
		{Phase: engine.Pending},
		{Phase: engine.Pending, Message: "ErrImagePull"},
		{Phase: engine.Pending, Message: "ImagePullBackOff"},
		{Phase: engine.Pending},
		{Phase: engine.Pending, Message: "ErrImagePull"},
		{Phase: engine.Running},
		{Phase: engine.Failed, Message: "exit code 1"},
		{Phase: engine.Failed, Message: "exit code 1, and more"},
		{Phase: engine.NoPhase},
		{Phase: engine.Pending},
		{ID: 1, Phase: engine.Running, Type: engine.StepGroupNode},
	} {
		if v.ID == 0 {
			v.Path = "a"
		}
		l.tell(v)
	}
	const want = `00:00:00  Pending    a
00:00:00  Pending    a  ErrImagePull
00:00:00  Running    a
00:00:00  Failed     a  exit code 1
00:00:00  Pending    a
`
	if out.String() != want {
		t.Errorf("got\n%s", out.String())
	}
}
