package pod_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/weft-lang/weft/compiler/eval"
	"github.com/weft-lang/weft/compiler/pod"
)

// runOf is a run of a workflow with some fields.
func runOf(t *testing.T, fields string) pod.Run {
	t.Helper()
	return call(t, "kind: Workflow\nspec:\n  "+fields+"\n  templates: [{name: a, suspend: {}}]\n", nil).Run
}

func TestGC(t *testing.T) {
	for _, c := range []struct {
		spec, strategy, label, problem string
		delay                          time.Duration
	}{
		{spec: `podGC: {}`},
		{spec: `suspend: false`},
		{spec: `podGC: {strategy: OnPodSuccess}`, strategy: pod.OnPodSuccess, delay: 5 * time.Second},
		{spec: `podGC: {strategy: OnPodCompletion, deleteDelayDuration: "90"}`, strategy: pod.OnPodCompletion, delay: 90 * time.Second},
		{
			spec:     `podGC: {strategy: OnWorkflowSuccess, deleteDelayDuration: 2m30s, labelSelector: {matchLabels: {a: b}}}`,
			strategy: pod.OnWorkflowSuccess, delay: 150 * time.Second, label: "b",
		},
		{spec: `podGC: {strategy: OnPodSuccess, deleteDelayDuration: soon}`, problem: `it cannot be "soon"`},
		{spec: `podGC: {strategy: OnPodSuccess, labelSelector: {matchLabels: []}}`, problem: "podGC.labelSelector: "},
	} {
		gc, err := runOf(t, c.spec).GC()
		if c.problem != "" {
			if err == nil || !strings.Contains(err.Error(), c.problem) {
				t.Errorf("%s: %v", c.spec, err)
			}
			continue
		}
		if err != nil || gc.Strategy != c.strategy || gc.Delay != c.delay {
			t.Errorf("%s: %+v, %v", c.spec, gc, err)
		}
		if label := ""; gc.Selector != nil || c.label != "" {
			if gc.Selector != nil {
				label = gc.Selector.MatchLabels["a"]
			}
			if label != c.label {
				t.Errorf("%s: label %q", c.spec, label)
			}
		}
	}
}

func TestTTL(t *testing.T) {
	ttl := runOf(t, `ttlStrategy: {secondsAfterCompletion: 60, secondsAfterSuccess: 0}`).TTL()
	if ttl.Completion == nil || *ttl.Completion != 60 || ttl.Success == nil || *ttl.Success != 0 || ttl.Failure != nil {
		t.Errorf("%+v", ttl)
	}
	if ttl := runOf(t, `suspend: false`).TTL(); ttl != (pod.TTL{}) {
		t.Errorf("%+v", ttl)
	}
}

func TestBudget(t *testing.T) {
	for _, c := range []struct{ spec, want, problem string }{
		{spec: `suspend: false`},
		{spec: `podDisruptionBudget: {minAvailable: 9999}`, want: "9999 map[weft.dev/run-uid:u]"},
		{spec: `podDisruptionBudget: {minAvailable: "{{workflow.parameters.n}}", selector: {matchLabels: {a: b}}}`, want: "50% map[a:b]"},
		{spec: `podDisruptionBudget: {minAvailable: {}}`, problem: "minAvailable"},
	} {
		budget, problems := pod.Budget(runOf(t, c.spec), eval.Names{"workflow.parameters.n": "50%"})
		got := ""
		if budget != nil {
			got = fmt.Sprint(budget.Spec.MinAvailable, " ", budget.Spec.Selector.MatchLabels)
		}
		if got != c.want || (len(problems) > 0) != (c.problem != "") {
			t.Errorf("%s: %q, %v", c.spec, got, problems)
		}
	}
}
