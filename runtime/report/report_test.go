package report_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/weft-lang/weft/compiler/emit/graph"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/report"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// add makes a node that takes a second, behind those that are there.
func add(r *report.Run, path string, typ engine.NodeType, phase engine.Phase, boundary int, change ...func(*engine.View)) int {
	id := len(r.Nodes)
	name := path
	if boundary >= 0 {
		name = strings.TrimPrefix(strings.TrimPrefix(path, r.Nodes[boundary].Path), ".")
		if _, rest, ok := strings.Cut(name, "]."); ok && strings.HasPrefix(name, "[") {
			name = rest
		}
	}
	v := engine.View{
		ID: engine.NodeID(id), Path: path, DisplayName: name, Type: typ, Phase: phase, Boundary: engine.NodeID(boundary),
		Started: start.Add(time.Duration(id) * time.Second), Finished: start.Add(time.Duration(id+1) * time.Second),
	}
	for _, c := range change {
		c(&v)
	}
	r.Nodes = append(r.Nodes, v)
	return id
}

func message(m string) func(*engine.View)  { return func(v *engine.View) { v.Message = m } }
func template(t string) func(*engine.View) { return func(v *engine.View) { v.Template = t } }
func hooked(v *engine.View)                { v.Hooked = true }
func retried(v *engine.View)               { v.Retried = true }
func then(next ...int) func(*engine.View) {
	return func(v *engine.View) {
		for _, n := range next {
			v.Children = append(v.Children, engine.NodeID(n))
		}
	}
}

// ci is a run of steps with a loop, attempts, a nested dag and an exit handler.
func ci(items int) *report.Run {
	r := &report.Run{Name: "ci", Phase: engine.Failed, Message: "step test failed", Started: start, Finished: start.Add(40 * time.Second)}
	root := add(r, "ci", engine.StepsNode, engine.Failed, -1, message("step test failed"), template("main"))
	add(r, "ci[0]", engine.StepGroupNode, engine.Succeeded, root)
	add(r, "ci[0].build", engine.RetryNode, engine.Succeeded, root, template("build"))
	add(r, "ci[0].build(0)", engine.PodNode, engine.Failed, root, retried, template("build"), message("main: Error (exit code 1)"))
	add(r, "ci[0].build(1)", engine.PodNode, engine.Succeeded, root, retried, template("build"))
	add(r, "ci[0].lint", engine.RetryNode, engine.Succeeded, root, template("lint"))
	add(r, "ci[0].lint(0)", engine.PodNode, engine.Succeeded, root, retried, template("lint"))
	add(r, "ci[1]", engine.StepGroupNode, engine.Failed, root)
	for i := range items {
		phase, m := engine.Succeeded, ""
		if i%7 == 3 {
			phase, m = engine.Failed, "main: Error (exit code <2>)"
		}
		add(r, fmt.Sprintf("ci[1].test(%d:go 1.%d)", i, i), engine.PodNode, phase, root, template("test"), message(m))
	}
	d := len(r.Nodes)
	add(r, "ci[1].deploy", engine.DAGNode, engine.Succeeded, root, template("deploy"), then(d+1))
	add(r, "ci[1].deploy.db", engine.PodNode, engine.Succeeded, d, then(d+2))
	add(r, "ci[1].deploy.app", engine.SkippedNode, engine.Skipped, d, message("when 'a == b' evaluated false"))
	add(r, "ci.onExit", engine.PodNode, engine.Succeeded, -1, hooked, template("notify"))
	return r
}

func TestRows(t *testing.T) {
	for _, tt := range []struct {
		items int
		want  string
	}{
		{2, `
✖ ci                    main         1s  step test failed
├─ ✔ 1. build           build        1s
│  ├─ ✖ build(0)        build        1s  main: Error (exit code 1)
│  └─ ✔ build(1)        build        1s
├─ ✔ 1. lint            lint         1s
├─ ✔ 2. test            test         2s  2 items: 2 succeeded
│  ├─ ✔ test(0:go 1.0)  test         1s
│  └─ ✔ test(1:go 1.1)  test         1s
└─ ✔ 2. deploy          deploy       1s
   ├─ ✔ db                           1s
   └─ ○ app                          1s  when 'a == b' evaluated false
✔ onExit                notify       1s
`},
		{20, `
✖ ci                      main         1s  step test failed
├─ ✔ 1. build             build        1s
│  ├─ ✖ build(0)          build        1s  main: Error (exit code 1)
│  └─ ✔ build(1)          build        1s
├─ ✔ 1. lint              lint         1s
├─ ✖ 2. test              test        20s  20 items: 17 succeeded, 3 failed
│  ├─ ✖ test(3:go 1.3)    test         1s  main: Error (exit code <2>)
│  ├─ ✖ test(10:go 1.10)  test         1s  main: Error (exit code <2>)
│  └─ ✖ test(17:go 1.17)  test         1s  main: Error (exit code <2>)
└─ ✔ 2. deploy            deploy       1s
   ├─ ✔ db                             1s
   └─ ○ app                            1s  when 'a == b' evaluated false
✔ onExit                  notify       1s
`},
	} {
		var b bytes.Buffer
		if err := report.Text(&b, report.Rows(ci(tt.items), report.TreeOptions{Now: start}), report.Style{}); err != nil {
			t.Fatal(err)
		}
		if got := "\n" + b.String(); got != tt.want {
			t.Errorf("%d items:\ngot:%s\nwant:%s", tt.items, got, tt.want)
		}
	}
}

// TestRowsWait holds that a long loop that waits says for what.
func TestRowsWait(t *testing.T) {
	r := &report.Run{Name: "ci", Phase: engine.Running, Started: start}
	root := add(r, "ci", engine.StepsNode, engine.Running, -1)
	add(r, "ci[0]", engine.StepGroupNode, engine.Running, root)
	for i := range 20 {
		add(r, fmt.Sprintf("ci[0].test(%d:x)", i), engine.PodNode, engine.Pending, root, message("Unschedulable"))
	}
	rows := report.Rows(r, report.TreeOptions{Now: start})
	if last := rows[len(rows)-1]; len(rows) != 3 || last.Message != "Unschedulable" {
		t.Errorf("%+v", rows)
	}
}

// TestRowsWhole holds that nothing but step groups and single attempts is left
// out when all is asked for.
func TestRowsWhole(t *testing.T) {
	rows := report.Rows(ci(100), report.TreeOptions{All: true})
	if want := len(ci(100).Nodes) - 2 - 1 + 1; len(rows) != want { // two groups, one attempt; a line for the loop
		t.Errorf("%d rows, want %d", len(rows), want)
	}
}

// TestGone holds that nodes that were taken out to be run again are not shown
// beside what took their place.
func TestGone(t *testing.T) {
	r := ci(1)
	whole := len(r.Nodes)
	add(r, "ci[0].lint(0)", engine.PodNode, engine.NoPhase, 0, retried)
	if a, b := len(report.Rows(r, report.TreeOptions{})), len(report.Rows(ci(1), report.TreeOptions{})); a != b {
		t.Errorf("%d rows, want %d", a, b)
	}
	var b bytes.Buffer
	if err := report.JSON(&b, r); err != nil {
		t.Fatal(err)
	}
	var got struct{ Nodes []struct{} }
	if err := json.Unmarshal(b.Bytes(), &got); err != nil || len(got.Nodes) != whole {
		t.Errorf("%d nodes, want %d; %v", len(got.Nodes), whole, err)
	}
}

func TestTextFits(t *testing.T) {
	var b bytes.Buffer
	if err := report.Text(&b, report.Rows(ci(20), report.TreeOptions{}), report.Style{Width: 60}); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(b.String()) {
		if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > 60 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}

func TestShort(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 250 * time.Millisecond: "250ms", 3140 * time.Millisecond: "3.1s", 59 * time.Second: "59s",
		125 * time.Second: "2m05s", 59*time.Minute + 59*time.Second: "59m59s", 62 * time.Minute: "1h02m", 50 * time.Hour: "50h00m",
	} {
		if got := report.Short(d); got != want {
			t.Errorf("%v: got %s, want %s", d, got, want)
		}
	}
}

// TestHTML holds that the page is whole, loads nothing and escapes what comes
// from the run.
func TestHTML(t *testing.T) {
	const evil = `<script>alert(1)</script>`
	r := ci(3)
	r.Parameters = []engine.Value{{Name: "greeting", Value: evil}}
	r.Nodes[2].DisplayName = evil
	r.Nodes[3].Message = evil + "\x1b[31mred\x1b[0m"
	var b bytes.Buffer
	err := report.HTML(&b, r, report.PageOptions{Now: start.Add(time.Minute), Logs: func(id engine.NodeID) []report.Logs {
		if id != 3 {
			return nil
		}
		return []report.Logs{{Container: "main", Text: evil + "\n\x1b[1;31mlast\x1b[0m line \x1b]0;title\alike that\n 10%\r 99%\r\ncut \x1b[3", Cut: 12}}
	}})
	if err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, want := range []string{"<svg", "ci: Failed", "last line like that\n 99%\ncut </pre>", "&lt;/script&gt;red<", "without its first 12 bytes", "greeting", "2. deploy"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not hold %q", want)
		}
	}
	for _, bad := range []string{"<script", "src=", "href=", "url(http", "@import", "ZgotmplZ", "\x1b", "\r", "title\a", "10%"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	if n := strings.Count(page, "&lt;script&gt;"); n < 4 {
		t.Errorf("%d escaped texts, want at least 4", n)
	}
}

// TestHTMLBars holds that every row that took time has its bar, that of a loop
// without a node of its own, too.
func TestHTMLBars(t *testing.T) {
	r := ci(20)
	var b bytes.Buffer
	if err := report.HTML(&b, r, report.PageOptions{Now: start.Add(time.Minute)}); err != nil {
		t.Fatal(err)
	}
	want := len(report.Rows(r, report.TreeOptions{Now: start.Add(time.Minute)}))
	if got := strings.Count(b.String(), `<i style="left:`); got != want {
		t.Errorf("%d bars, want %d", got, want)
	}
	if loop := `<i style="left:20.00%;width:50.00%">`; !strings.Contains(b.String(), loop) {
		t.Errorf("the page does not hold %q", loop)
	}
}

// TestGraph holds that what runs one after the other is joined, and what is
// nested is drawn inside.
func TestGraph(t *testing.T) {
	var b bytes.Buffer
	if err := graph.Mermaid(&b, report.Graph(ci(2))); err != nil {
		t.Fatal(err)
	}
	g := report.Graph(ci(2))
	if len(g.Nodes) != 2 || len(g.Nodes[0].Inner.Nodes) != 5 || len(g.Nodes[0].Inner.Edges) != 4 {
		t.Errorf("want the steps with four parts and a joint, and the exit handler; got\n%s", b.String())
	}
	deploy := g.Nodes[0].Inner.Nodes[3].Inner
	if len(deploy.Edges) != 1 || deploy.Edges[0] != (graph.Edge{From: 0, To: 1}) {
		t.Errorf("the dag has the edges %v", deploy.Edges)
	}
}

func TestJSON(t *testing.T) {
	var b bytes.Buffer
	if err := report.JSON(&b, ci(1)); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Version int
		Phase   string
		Nodes   []struct{ Path, Phase, Type, Boundary string }
	}
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Version != report.Version || got.Phase != "Failed" || len(got.Nodes) != len(ci(1).Nodes) {
		t.Errorf("got %+v", got)
	}
	if n := got.Nodes[3]; n.Path != "ci[0].build(0)" || n.Boundary != "ci" || n.Type != "Pod" || n.Phase != "Failed" {
		t.Errorf("got %+v", n)
	}
}

// TestTextBrief holds that what a cluster says of many items is shown in full with
// the first of them, and not with what contains them.
func TestTextBrief(t *testing.T) {
	long := strings.Repeat("no ", 40) + "end"
	var b bytes.Buffer
	rows := []report.Row{
		{Name: "ci", Phase: engine.Error, Message: "child failed: " + long},
		{Indent: "├─ ", Name: "a", Phase: engine.Error, Message: long},
		{Indent: "└─ ", Name: "b", Phase: engine.Error, Message: long},
	}
	if err := report.Text(&b, rows, report.Style{}); err != nil {
		t.Fatal(err)
	}
	shown := strings.Split(b.String(), "\n")
	if !strings.HasSuffix(shown[0], "child failed: "+long[:59]+"…") || !strings.HasSuffix(shown[1], "  "+long) || !strings.HasSuffix(shown[2], "  "+long[:59]+"…") {
		t.Errorf("got\n%s", b.String())
	}
}
