package pod

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/weft-lang/weft/compiler/eval"
	"github.com/weft-lang/weft/lang/diag"
)

// Claims are the PersistentVolumeClaims of a run, made from the workflow's
// volumeClaimTemplates before its first Pod. Pods find them by name.
func Claims(run Run, s eval.Scope) ([]*corev1.PersistentVolumeClaim, []diag.Diagnostic) {
	b := &builder{in: Input{Run: run}, scope: s}
	b.decoder = b.newDecoder()
	var out []*corev1.PersistentVolumeClaim
	seen := map[string]bool{}
	for _, n := range run.lists("volumeClaimTemplates") {
		name := n.At("metadata", "name").Text()
		if seen[name] {
			continue
		}
		seen[name] = true
		c := decode[corev1.PersistentVolumeClaim](b.decoder, b.fill(n))
		c.TypeMeta = metav1.TypeMeta{APIVersion: "v1", Kind: "PersistentVolumeClaim"}
		c.Name, c.Namespace = run.claimName(c.Name), run.Namespace
		if c.Labels == nil {
			c.Labels = map[string]string{}
		}
		c.Labels[LabelRun], c.Labels[LabelRunUID] = labelValue(run.Name), labelValue(run.UID)
		c.OwnerReferences = run.owners()
		out = append(out, &c)
	}
	if b.found.Has(diag.Error) {
		return nil, b.found.Sorted()
	}
	return out, b.found.Sorted()
}

// claimName is the name of the claim that a claim template makes for the run.
func (r Run) claimName(template string) string { return r.Name + "-" + template }
