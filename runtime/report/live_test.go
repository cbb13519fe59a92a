package report_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/report"
)

func TestLive(t *testing.T) {
	var b bytes.Buffer
	l := report.Live{Out: &b, Height: 7}
	r := ci(20)
	r.Nodes[0].Phase = engine.Running
	for range 2 {
		b.Reset()
		if err := l.Draw(r, start.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	erase, drawn, ok := strings.Cut(b.String(), "\x1b[J")
	if !ok || erase != "\r\x1b[6A" {
		t.Errorf("the second drawing begins with %q", b.String())
	}
	if lines := strings.Count(drawn, "\n"); lines != 6 {
		t.Errorf("%d lines on a terminal of 7:\n%s", lines, drawn)
	}
	for _, part := range []string{"● ci ", "✖ build(0)", "✖ 2. test", "✖ test(3:go 1.3)", "more that ended or wait"} {
		if !strings.Contains(drawn, part) {
			t.Errorf("%q is not shown in\n%s", part, drawn)
		}
	}
	b.Reset()
	if err := l.Clear(); err != nil || b.String() != "\r\x1b[6A\x1b[J" {
		t.Errorf("clearing wrote %q, %v", b.String(), err)
	}
}

func TestLine(t *testing.T) {
	v := engine.View{Path: "ci[0].build(0)", Phase: engine.Failed, Message: "main: Error (exit code 1)\nmore", Started: start, Finished: start.Add(1500 * time.Millisecond)}
	const want = "12:01:00  Failed     ci[0].build(0)  1.5s  main: Error (exit code 1) ..."
	if got := report.Line(v, start.Add(time.Minute)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
