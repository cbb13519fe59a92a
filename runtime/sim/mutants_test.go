package sim_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var runMutants = flag.Bool("sim.mutants", false, "see whether the properties fail on every seeded bug; takes minutes")

// A mutant is a bug: a piece of source, once in its file, and what stands there
// instead. The source itself knows nothing of it.
type mutant struct {
	name, file, was, is string
}

var mutants = []mutant{
	{
		"creations are not acknowledged", "run/leafs.go",
		"	if !l.acknowledged {\n		l.acknowledged = true", "	if l.acknowledged {\n		l.acknowledged = true",
	},
	{
		"a resumed run does not create what it may not have created", "run/outstanding.go",
		"		case !l.acknowledged:\n			r.start(l)", "		case l.stopped:\n			r.start(l)",
	},
	{
		"a resumed run does not say what it knows", "run/leafs.go",
		"if l.acknowledged && !r.isRequest(l) {", "if l.acknowledged && r.isRequest(l) {",
	},
	{
		"a resumed run forgets its timers", "run/outstanding.go",
		"	for _, k := range timers {\n		r.setTimer(k)", "	for _, k := range timers[len(timers):] {\n		r.setTimer(k)",
	},
	{
		"a resumed run forgets what it asked for", "run/outstanding.go",
		"	for _, l := range sorted(r.open.locks) {\n		r.acquire(l)", "	for _, l := range sorted(r.open.locks)[len(r.open.locks):] {\n		r.acquire(l)",
	},
	{
		"the last event of a group is not kept", "run/run.go",
		"r.opts.Journal.Append(group)", "r.opts.Journal.Append(group[:max(1, len(group)-1)])",
	},
	{
		"a call that fails is not repeated", "run/leafs.go",
		"case l.failures+1 < r.opts.Tries:", "case l.failures+1 < r.opts.Tries && l.tries > 2:",
	},
	{
		"a call under way does not look at reports", "run/leafs.go",
		"if !l.settled.Load() {", "if l.settled.Load() || true {",
	},
	{
		"late reports count", "engine/table.go",
		"stageDone:      row(late(over)),", "stageDone:      row(cell{do: (*Engine).reported}),",
	},
	{
		"outputs of a loop come in the order of the day", "engine/loop.go",
		"	for _, id := range l.nodes {\n		if id == NoNode ||", "	for i := range l.nodes {\n		id := l.nodes[(i+e.Len())%len(l.nodes)]\n		if id == NoNode ||",
	},
	{
		"the last call that parallelism held back is forgotten", "engine/finish.go",
		"if g.active--; g.waiting.len() > 0 {", "if g.active--; g.waiting.len() > 1 {",
	},
}

// mutated is the source of a mutant's file with its bug.
func (m mutant) mutated(t *testing.T) (file string, text []byte) {
	t.Helper()
	file, err := filepath.Abs(filepath.Join("..", filepath.FromSlash(m.file)))
	if err != nil {
		t.Fatal(err)
	}
	text, err = os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(text, []byte(m.was)); n != 1 {
		t.Errorf("mutant %q: its place is %d times in %s: give it another", m.name, n, m.file)
	}
	return file, bytes.Replace(text, []byte(m.was), []byte(m.is), 1)
}

// The suite is only worth something if it fails where there is a bug.
func TestMutants(t *testing.T) {
	for _, m := range mutants {
		file, text := m.mutated(t)
		if !*runMutants {
			continue
		}
		t.Run(strings.ReplaceAll(m.name, " ", "-"), func(t *testing.T) {
			dir := t.TempDir()
			bad := filepath.Join(dir, "mutant.go")
			overlay := filepath.Join(dir, "overlay.json")
			replace, err := json.Marshal(map[string]any{"Replace": map[string]string{file: bad}})
			if err != nil {
				t.Fatal(err)
			}
			for name, data := range map[string][]byte{bad: text, overlay: replace} {
				if err := os.WriteFile(name, data, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			out, err := exec.Command("go", "test", "-count=1", "-overlay", overlay, "-run", "^Test(Faults|Killed|Lost)", ".").CombinedOutput()
			if err == nil {
				t.Error("no test fails")
			} else if !bytes.Contains(out, []byte("--- FAIL: Test")) {
				t.Errorf("the tests do not run: %v\n%s", err, out)
			}
		})
	}
}
