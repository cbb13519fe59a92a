//go:build apiserver

package kube

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"

	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/run"
)

// TestAPIServerBudget holds that a run has the disruption budget that its workflow
// wants, once, and that it goes with the run.
func TestAPIServerBudget(t *testing.T) {
	c, _ := newPlace(t, func(*corev1.Pod) play { return play{} })
	j := newJourney(t, c, `
  entrypoint: main
  podDisruptionBudget: {minAvailable: 9999}
  templates:
  - name: main
    steps: [[{name: a, template: leaf, withSequence: {count: "3"}}]]
  - name: leaf
    container: {image: "i:1", command: [x]}`)
	if _, result := j.drive(t, run.Options{}); result.Phase != engine.Succeeded {
		t.Fatal(result)
	}
	budget := &policyv1.PodDisruptionBudget{}
	if err := c.get(t.Context(), budgetResource, pod.RunObject("wf"), budget); err != nil {
		t.Fatal(err)
	}
	if budget.Spec.MinAvailable.IntValue() != 9999 || budget.Spec.Selector.MatchLabels[pod.LabelRunUID] != j.kept.Header.UID {
		t.Errorf("%+v", budget.Spec)
	}
	if owner := budget.OwnerReferences; len(owner) != 1 || string(owner[0].UID) != j.kept.OwnerUID() {
		t.Errorf("owned by %v", owner)
	}
}
