package pod

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/tree"
)

// volumes adds the template's volumes, and of the workflow's those that a
// container mounts.
func (b *builder) volumes() {
	spec := &b.pod.Spec
	have := map[string]bool{}
	for _, n := range b.template.Get("volumes").List() {
		v := decode[corev1.Volume](b.decoder, b.fill(n))
		spec.Volumes = append(spec.Volumes, v)
		have[v.Name] = true
	}
	for _, list := range [][]corev1.Container{spec.InitContainers, spec.Containers} {
		for _, c := range list {
			for _, m := range c.VolumeMounts {
				b.need(m.Name, c.Name, have)
			}
			for _, d := range c.VolumeDevices {
				b.need(d.Name, c.Name, have)
			}
		}
	}
}

// need adds the workflow's volume of a name.
func (b *builder) need(name, container string, have map[string]bool) {
	if have[name] {
		return
	}
	have[name] = true
	for _, n := range b.in.Run.lists("volumes") {
		if n.Get("name").Text() == name {
			b.pod.Spec.Volumes = append(b.pod.Spec.Volumes, decode[corev1.Volume](b.decoder, b.fill(n)))
			return
		}
	}
	for _, n := range b.in.Run.lists("volumeClaimTemplates") {
		if n.At("metadata", "name").Text() == name {
			claim := &corev1.PersistentVolumeClaimVolumeSource{ClaimName: b.in.Run.claimName(name)}
			b.pod.Spec.Volumes = append(b.pod.Spec.Volumes, corev1.Volume{
				Name: name, VolumeSource: corev1.VolumeSource{PersistentVolumeClaim: claim},
			})
			return
		}
	}
	at := b.written[container]
	if at == nil {
		at = b.in.Template.Node
	}
	for n := range at.All() {
		if n.Get("name").Text() == name && (n.Has("mountPath") || n.Has("devicePath")) {
			if at = n; n.Has("name") {
				at = n.Get("name")
			}
			break
		}
	}
	b.fault(RuleVolume, at, fmt.Sprintf("volume %q is mounted and not declared", name), "declare it in volumes of the template or of the spec")
}

// first is the filled value that find finds.
func (b *builder) first(key string) *tree.Node { return b.fill(b.find(key)) }

// find is key of the first of the template, its caller and the workflow that
// has something there; they are not mixed.
func (b *builder) find(key string) *tree.Node {
	candidates := []*tree.Node{b.template.Get(key)}
	if b.in.Boundary != nil {
		candidates = append(candidates, b.in.Boundary.Node.Get(key))
	}
	for _, n := range append(candidates, b.in.Run.field(key)) {
		if !n.IsNull() && (n.IsScalar() || len(n.Entries) > 0 || len(n.Items) > 0) {
			return n
		}
	}
	return nil
}

// own is key of the template, else specKey of the workflow.
func (b *builder) own(key, specKey string) *tree.Node {
	if n := b.template.Get(key); !n.IsNull() && !(n.Kind == tree.String && n.Value == "") {
		return b.fill(n)
	}
	return b.fill(b.in.Run.field(specKey))
}

// placement says where and as whom the Pod runs.
func (b *builder) placement() {
	s, d := &b.pod.Spec, b.decoder
	s.NodeSelector = decode[map[string]string](d, b.first("nodeSelector"))
	s.Affinity = decode[*corev1.Affinity](d, b.first("affinity"))
	s.Tolerations = decode[[]corev1.Toleration](d, b.first("tolerations"))

	s.SchedulerName = decode[string](d, b.own("schedulerName", "schedulerName"))
	s.PriorityClassName = decode[string](d, b.own("priorityClassName", "podPriorityClassName"))
	s.SecurityContext = decode[*corev1.PodSecurityContext](d, b.own("securityContext", "securityContext"))
	s.Resources = decode[*corev1.ResourceRequirements](d, b.own("podResources", "podResources"))
	s.ResourceClaims = decode[[]corev1.PodResourceClaim](d, b.own("resourceClaims", "resourceClaims"))

	of := func(key string) *tree.Node { return b.fill(b.in.Run.field(key)) }
	s.ImagePullSecrets = decode[[]corev1.LocalObjectReference](d, of("imagePullSecrets"))
	s.HostNetwork = decode[bool](d, of("hostNetwork"))
	s.DNSPolicy = decode[corev1.DNSPolicy](d, of("dnsPolicy"))
	s.DNSConfig = decode[*corev1.PodDNSConfig](d, of("dnsConfig"))
	s.HostAliases = append(decode[[]corev1.HostAlias](d, of("hostAliases")),
		decode[[]corev1.HostAlias](d, b.fill(b.template.Get("hostAliases")))...)

	const token = "automountServiceAccountToken"
	s.ServiceAccountName = decode[string](d, b.own("serviceAccountName", "serviceAccountName"))
	// A token comes only to Pods that ask for one: by naming an account, or
	// because the template's work is to talk to the API server.
	mount := s.ServiceAccountName != "" || b.in.Template.Type() == ir.Resource
	if n := b.own(token, token); !n.IsNull() {
		mount = decode[bool](d, n)
	}
	s.AutomountServiceAccountToken = &mount
}

// deadline bounds the life of the Pod by the tightest of what the template says
// and what is left of the time of those around it.
func (b *builder) deadline() {
	bound := b.in.Node.SecondsLeft
	tighten := func(n *tree.Node, seconds int64) {
		if seconds <= 0 {
			b.fault(RuleValue, n, "the deadline leaves the Pod no time", "")
		} else if bound == 0 || seconds < bound {
			bound = seconds
		}
	}
	if n := b.template.Get("activeDeadlineSeconds"); !n.IsNull() {
		before := b.found.Len()
		if seconds := decode[int64](b.decoder, b.fill(n)); b.found.Len() == before {
			tighten(n, seconds)
		}
	}
	if n := b.template.Get("timeout"); n.Text() != "" {
		timeout, err := expr.ParseDuration(b.text(n))
		if err != nil {
			b.fault(RuleValue, n, err.Message, err.Help)
		} else {
			tighten(n, int64(timeout.Seconds()))
		}
	}
	if bound > 0 {
		b.pod.Spec.ActiveDeadlineSeconds = &bound
	}
}

// avoidFailedHosts keeps a retry away from the cluster nodes on which the
// attempts before it failed.
func (b *builder) avoidFailedHosts() {
	asked := b.find("retryStrategy").At("affinity", "nodeAntiAffinity")
	if asked.IsNull() || len(b.in.Node.FailedHosts) == 0 {
		return
	}
	elsewhere := corev1.NodeSelectorRequirement{
		Key: corev1.LabelHostname, Operator: corev1.NodeSelectorOpNotIn, Values: slices.Clone(b.in.Node.FailedHosts),
	}
	s := &b.pod.Spec
	if s.Affinity == nil {
		s.Affinity = &corev1.Affinity{}
	}
	if s.Affinity.NodeAffinity == nil {
		s.Affinity.NodeAffinity = &corev1.NodeAffinity{}
	}
	required := &s.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution
	if *required == nil || len((*required).NodeSelectorTerms) == 0 {
		*required = &corev1.NodeSelector{NodeSelectorTerms: []corev1.NodeSelectorTerm{{}}}
	}
	// The terms are alternatives, so every one of them has to stay away.
	for i := range (*required).NodeSelectorTerms {
		term := &(*required).NodeSelectorTerms[i]
		term.MatchExpressions = append(term.MatchExpressions, elsewhere)
	}
}
