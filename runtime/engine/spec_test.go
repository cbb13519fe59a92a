package engine_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/validate"
)

// A specRow is one row of the tables in the specification of the run time: a
// short workflow, what becomes of its leaves, and what the nodes are then. The
// names begin with the number of the section, and of the rule where rules have
// numbers.
type specRow struct {
	name   string
	main   string // the fields of the entrypoint, as YAML in one line
	more   string // further templates: YAML, one in a line
	spec   string // further fields of the spec: YAML, one in a line
	script string // see player
	// reports are what the first leaf says, a second apart, instead of the script.
	reports []engine.Report
	// want has a line for a node, and one for the run: the path, then facts about
	// it between bars. "wf.a | none" is a node that does not exist, "log | ..." a
	// line of the log.
	want string
	// profile is that of the check, for what profile argo refuses.
	profile []validate.Profile
	// differs is the row of docs/compatibility.md, "Run time", that says why weft
	// does something else than the reference.
	differs string
}

// leaves are templates that every row may call.
const leaves = `  - {name: leaf, container: {image: i, command: [x]}}
  - {name: leafx, inputs: {parameters: [{name: x}]}, container: {image: i, command: [x], args: ["{{inputs.parameters.x}}"]}}
  - {name: daemon, daemon: true, container: {image: i, command: [x]}}
  - {name: leafp, outputs: {parameters: [{name: p, valueFrom: {path: /p}}]}, container: {image: i, command: [x]}}
`

func (r *specRow) workflow() string {
	var b strings.Builder
	b.WriteString("apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: wf}\nspec:\n  entrypoint: main\n")
	for l := range strings.Lines(r.spec) {
		b.WriteString("  " + strings.TrimSpace(l) + "\n")
	}
	b.WriteString("  templates:\n  - {name: main, " + r.main + "}\n" + leaves)
	for l := range strings.Lines(r.more) {
		b.WriteString("  - " + strings.TrimSpace(l) + "\n")
	}
	return b.String()
}

// play runs the workflow of a row.
func (r *specRow) play(t *testing.T) *player {
	t.Helper()
	p := newPlayer(t, newEngine(t, map[string]string{"workflow.yaml": r.workflow()}, r.profile...), r.script)
	p.check = true
	if r.reports == nil {
		p.play()
		return p
	}
	leaf := engine.NoNode
	for _, a := range p.e.Step(engine.Event{Kind: engine.EventStart, At: p.now}) {
		if s, ok := a.(engine.StartLeaf); ok && leaf == engine.NoNode {
			leaf = s.Leaf.Node
		}
	}
	if leaf == engine.NoNode {
		t.Fatal("no leaf begins")
	}
	for _, report := range r.reports {
		p.now = p.now.Add(time.Second)
		for _, a := range p.e.Step(engine.Event{Kind: engine.EventReport, At: p.now, Node: leaf, Report: &report}) {
			p.act(a)
		}
		if err := p.e.Check(); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// runSpec plays the rows, and compares.
func runSpec(t *testing.T, rows []specRow) {
	t.Helper()
	seen := map[string]bool{}
	for _, r := range rows {
		if seen[r.name] {
			t.Errorf("two rows are called %q", r.name)
		}
		seen[r.name] = true
		t.Run(r.name, func(t *testing.T) {
			if r.differs != "" && !documented(t, r.differs) {
				t.Errorf(`docs/compatibility.md, "Run time", has no row %q`, r.differs)
			}
			p := r.play(t)
			lines := 0
			for l := range strings.Lines(r.want) {
				if l = strings.TrimSpace(l); l == "" {
					continue
				}
				lines++
				path, rest, _ := strings.Cut(l, " | ")
				have := facts(p, path)
				for fact := range strings.SplitSeq(rest, " | ") {
					if !have[fact] {
						t.Errorf("%s is not %s", path, fact)
					}
				}
			}
			if lines == 0 {
				t.Error("the row wants nothing")
			}
			if n := p.e.Impossible(); n > 0 {
				t.Errorf("%d events should not have come", n)
			}
			if t.Failed() {
				t.Logf("\n%s\n%s", strings.Join(p.log, "\n"), tree(p.e))
			}
		})
	}
}

// facts are all that is so of a node, of the run, or of the log.
func facts(p *player, path string) map[string]bool {
	have := map[string]bool{}
	switch path {
	case "log":
		for _, l := range p.log {
			have[l] = true
		}
		return have
	case "run":
		run := p.e.Run()
		have[run.Phase.String()], have[strconv.Quote(run.Message)] = true, true
		have["open"] = p.ended == nil && !p.e.Done()
		return have
	}
	id, ok := p.e.Lookup(path)
	v := p.e.View(id)
	if !ok || v.Phase == engine.NoPhase {
		have["none"] = true
		return have
	}
	have[v.Type.String()], have[v.Phase.String()], have[strconv.Quote(v.Message)] = true, true, true
	have["class="+string(v.Class)], have["host="+v.Host] = true, true
	have["daemoned"], have["not daemoned"] = v.Daemoned, !v.Daemoned
	have["retried"], have["hooked"] = v.Retried, v.Hooked
	have["blocked="+p.e.Blocked(id)] = true
	have[fmt.Sprintf("children=%d", len(v.Children))] = true
	if !v.Finished.IsZero() {
		have["ended="+v.Finished.Sub(epoch).String()] = true
	}
	for _, in := range v.Inputs {
		have[in.Name+"<"+in.Value] = true
	}
	notes := outputs(v.Outputs)
	for _, note := range notes {
		have[note] = true
	}
	have["no outputs"] = len(notes) == 0
	return have
}

// documented reports whether the table of differences has a row.
func documented(t *testing.T, row string) bool {
	t.Helper()
	text, err := os.ReadFile("../../docs/compatibility.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## Run time\n")
	section, _, _ = strings.Cut(section, "\n## ")
	return strings.Contains(section, "\n| "+row+" |")
}
