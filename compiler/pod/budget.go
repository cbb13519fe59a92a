package pod

import (
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/weft-lang/weft/compiler/eval"
	"github.com/weft-lang/weft/lang/diag"
)

// Budget is the PodDisruptionBudget of the run's workflow, nil when it wants none.
// Where it selects no Pods it means all of the run.
func Budget(run Run, s eval.Scope) (*policyv1.PodDisruptionBudget, []diag.Diagnostic) {
	n := run.field("podDisruptionBudget")
	if n.IsNull() {
		return nil, nil
	}
	b := &builder{in: Input{Run: run}, scope: s}
	b.decoder = b.newDecoder()
	uid := map[string]string{LabelRunUID: labelValue(run.UID)}
	budget := &policyv1.PodDisruptionBudget{
		TypeMeta: metav1.TypeMeta{APIVersion: "policy/v1", Kind: "PodDisruptionBudget"},
		ObjectMeta: metav1.ObjectMeta{
			Name: RunObject(run.Name), Namespace: run.Namespace, OwnerReferences: run.owners(),
			Labels: map[string]string{LabelRun: labelValue(run.Name), LabelRunUID: uid[LabelRunUID]},
		},
		Spec: decode[policyv1.PodDisruptionBudgetSpec](b.decoder, b.fill(n)),
	}
	if budget.Spec.Selector == nil {
		budget.Spec.Selector = &metav1.LabelSelector{MatchLabels: uid}
	}
	if b.found.Has(diag.Error) {
		return nil, b.found.Sorted()
	}
	return budget, nil
}
