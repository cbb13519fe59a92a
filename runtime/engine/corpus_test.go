package engine_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/lint"
)

const corpus = "../../../shared/corpus"

// recorded is how the reference ended a run.
type recorded struct {
	Origin, Phase, Message string
	Nodes                  map[string]struct {
		Type, Phase, Message string
		Result, ExitCode     *string
		Parameters           map[string]*string
	}
}

// TestCorpus plays the runs of the corpus: every Pod ends as it did on a real
// node under the reference, and the engine has to come to the same nodes and
// phases. What is different on purpose is in different.
func TestCorpus(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(corpus, "runs.json"))
	if err != nil {
		t.Skip("the corpus is not here: ", err)
	}
	var runs map[string]recorded
	if err := json.Unmarshal(text, &runs); err != nil {
		t.Fatal(err)
	}
	played, same := 0, 0
	for _, id := range slices.Sorted(maps.Keys(runs)) {
		run := runs[id]
		problems, ok := comparePlayed(t, id, run)
		if !ok {
			continue
		}
		played++
		switch why := different[id]; {
		case len(problems) == 0:
			same++
			if why != "" {
				t.Errorf("%s %s: now the same, though listed as different: %s", id, run.Origin, why)
			}
		case why == "":
			t.Errorf("%s %s:\n  %s", id, run.Origin, strings.Join(problems, "\n  "))
		}
	}
	t.Logf("%d of %d runs end with the same nodes and phases", same, played)
	if played < 160 {
		t.Errorf("only %d runs of the corpus could be played", played)
	}
}

// different are runs that weft ends in another way, with the reason.
var different = map[string]string{
	"06ae52d0e780": noVolume,
	"49c08403d452": noStore,
	"63aa7e1a4aef": noStore,
	"67d012722c65": noStore,
	"80f7facc20be": "the document was changed before it was run",
	"8101bc48d01a": noLock,
	"c8d67b2baae5": noLock,
	"c974860b796a": noStore,
	"e1ce6f6cd75c": noStore,
	"e33a4f56f11c": noStore,
}

const (
	noVolume = "that a claim is refused is the driver's to tell"
	noStore  = "which store there is the driver knows, and it says so before the run"
	noLock   = "a lock that there is not is an Error, not a Failed"
)

func comparePlayed(t *testing.T, id string, run recorded) (problems []string, ok bool) {
	text, err := os.ReadFile(filepath.Join(corpus, "documents", id+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	profile := validate.Argo
	result := lint.Run(fstest.MapFS{id + ".yaml": {Data: text}}, []string{"."}, lint.Options{Profile: &profile})
	if result.Checked == nil {
		return nil, false
	}
	var object *ir.Object
	for _, o := range result.Checked.Project().Objects {
		if o.Kind == ir.Workflow && object == nil {
			object = o
		}
	}
	if object == nil {
		return nil, false
	}
	e, err := engine.New(result.Checked, engine.Config{Object: object, Name: "WF", Namespace: "default", UID: "uid", Created: epoch})
	if err != nil {
		return []string{err.Error()}, true
	}
	p := newPlayer(t, e, "")
	p.outcome = run.outcome
	p.script = []line{{"configmap", map[string]string{"simple-parameters/msg": "hello world"}}}
	for _, m := range append(run.messages(), run.Message) {
		if strings.Contains(m, "database session") || strings.Contains(m, "failed to initialize semaphore") {
			p.lockError = m
		}
	}
	p.play()
	return run.compare(p), true
}

func (run recorded) messages() []string {
	var out []string
	for _, n := range run.Nodes {
		out = append(out, n.Message)
	}
	return out
}

// outcome makes the Pod of a leaf end as it did.
func (run recorded) outcome(l *engine.Leaf) map[string]string {
	words := map[string]string{}
	for _, a := range l.Template.Outputs.Artifacts {
		words["a."+a.Name.Text()] = "key"
	}
	for _, c := range l.Template.Body().Get("containers").List() {
		name := c.Get("name").Text()
		var code int
		if _, after, ok := strings.Cut(run.Nodes[l.Path+"."+name].Message, "(exit code "); ok {
			fmt.Sscanf(after, "%d", &code)
		}
		words["exit."+name] = strconv.Itoa(code)
	}
	n, ok := run.Nodes[l.Path]
	if !ok {
		return words
	}
	if n.Result != nil {
		words["result"] = *n.Result
	}
	for name, v := range n.Parameters {
		if v != nil {
			words["p."+name] = *v
		}
	}
	if n.ExitCode != nil {
		words["exit"] = *n.ExitCode
	}
	if l.Template.Node.Get("daemon").Text() == "true" && n.Phase == "Succeeded" {
		words["ready"] = "10.0.0.1"
	}
	switch {
	case strings.HasPrefix(n.Message, "workflow shutdown"), strings.HasPrefix(n.Message, "Step exceeded"), n.Message == "timeout":
		words["never"] = ""
	case n.Phase == "Error" && n.ExitCode == nil && !strings.Contains(n.Message, "(exit code"):
		words["refused"] = n.Message
	case n.Phase == "Error":
		words["outputError"] = n.Message
	case n.Phase == "Failed" && (n.ExitCode == nil || *n.ExitCode == "0"):
		words["podMessage"] = n.Message
	}
	return words
}

// compare lists what came out differently.
func (run recorded) compare(p *player) []string {
	var problems []string
	if got := p.e.Run(); got.Phase.String() != run.Phase {
		problems = append(problems, fmt.Sprintf("run: %s %q, want %s %q", got.Phase, got.Message, run.Phase, run.Message))
	}
	seen := map[string]bool{}
	for id := range engine.NodeID(p.e.Len()) {
		v := p.e.View(id)
		if v.Phase == engine.NoPhase {
			continue
		}
		seen[v.Path] = true
		want, ok := run.Nodes[v.Path]
		if !ok {
			problems = append(problems, fmt.Sprintf("%s: %s %s %q, want no such node", v.Path, v.Type, v.Phase, v.Message))
			continue
		}
		if v.Type.String() != want.Type || v.Phase.String() != want.Phase {
			problems = append(problems, fmt.Sprintf("%s: %s %s %q, want %s %s %q", v.Path, v.Type, v.Phase, v.Message, want.Type, want.Phase, want.Message))
		}
		problems = append(problems, compareOutputs(v, want.Result, want.ExitCode, want.Parameters)...)
	}
	for path, n := range run.Nodes {
		if !seen[path] {
			problems = append(problems, fmt.Sprintf("%s: no such node, want %s %s %q", path, n.Type, n.Phase, n.Message))
		}
	}
	slices.Sort(problems)
	return problems
}

func compareOutputs(v engine.View, result, exitCode *string, parameters map[string]*string) []string {
	var problems []string
	o := v.Outputs
	if o == nil {
		o = &engine.Outputs{}
	}
	if result != nil && (o.Result == nil || *o.Result != *result) {
		problems = append(problems, fmt.Sprintf("%s: want result %q", v.Path, *result))
	}
	if exitCode != nil && (o.ExitCode == nil || strconv.Itoa(*o.ExitCode) != *exitCode) {
		problems = append(problems, fmt.Sprintf("%s: want exit code %s", v.Path, *exitCode))
	}
	for name, want := range parameters {
		if want == nil {
			continue
		}
		i := slices.IndexFunc(o.Parameters, func(p engine.Value) bool { return p.Name == name })
		if i < 0 || o.Parameters[i].Value != *want {
			problems = append(problems, fmt.Sprintf("%s: want output parameter %s = %q", v.Path, name, *want))
		}
	}
	return problems
}
