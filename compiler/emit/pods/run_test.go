package pods_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path"
	"strings"
	"testing"

	"github.com/weft-lang/weft/compiler/emit/plan"
	"github.com/weft-lang/weft/compiler/emit/pods"
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/lang/yaml"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/run"
	"github.com/weft-lang/weft/runtime/sim"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/lint"
)

const zeroUID = "00000000-0000-0000-0000-000000000000"

// TestLikeTheRun runs the examples, simulated, and holds that each Pod that is
// shown without a stand-in or a tag is the one that the run makes, by the byte.
// Of the examples those are left out whose Pods depend on the clock, or on results
// that no simulation gives.
func TestLikeTheRun(t *testing.T) {
	same := 0
	for _, name := range []string{"steps", "matrix", "templates", "dag", "exit-handler", "daemon", "artifacts", "tour"} {
		target := validate.ForWeft
		files := []string{name + ".weft"}
		if name == "templates" {
			files = append(files, "release-tools.yaml")
		}
		checked := lint.Run(os.DirFS(path.Join("../../../examples", name)), files, lint.Options{Target: &target}).Checked
		if checked == nil {
			t.Fatalf("%s has errors", name)
		}
		for _, o := range checked.Project().Objects {
			if o.Kind != ir.Workflow {
				continue
			}
			made := runs(t, checked, o)
			all, _ := pods.Render(checked, name+".weft", pods.Options{})
			for _, m := range all {
				if m.Node == "" || len(m.Objects) == 0 || len(m.Notes) > 0 {
					continue
				}
				shown := yaml.Print(pods.Tree(m.Objects[len(m.Objects)-1]))
				if strings.Contains(string(shown), "{{") {
					continue
				}
				if got, ok := made[m.Node]; !ok || !bytes.Equal(got, shown) {
					t.Errorf("%s: shown is\n%s\nthe run makes\n%s", m.Node, shown, got)
				}
				same++
			}
		}
	}
	if same < 20 {
		t.Errorf("only %d Pods were compared", same)
	}
}

// runs are the Pods that a simulated run of o makes, by the path of their nodes.
func runs(t *testing.T, checked *ir.Checked, o *ir.Object) map[string][]byte {
	t.Helper()
	made := map[string][]byte{}
	build := func(in pod.Input) (*pod.Objects, error) {
		objects, findings := pod.Build(in)
		if objects == nil {
			return nil, errors.New(findings[0].Message)
		}
		made[in.Node.Path] = yaml.Print(pods.Tree(objects.Pod))
		return objects, nil
	}
	world := sim.New(sim.Succeed, sim.Faults{})
	config := engine.Config{Object: o, Name: plan.RunName(o), Namespace: o.Namespace.Text(), UID: zeroUID, Created: sim.Epoch}
	driver, err := run.New(checked, config, run.Options{Backend: world, Loop: world.Loop(0), OwnerUID: zeroUID, Build: build})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := driver.Go(context.Background()); err != nil {
		t.Logf("%s: %v", o.Describe(), err)
	}
	return made
}
