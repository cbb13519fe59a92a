package pod

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/compiler/pod/instructions"
)

// describeWork tells the agent what a template of its own is to do.
func (b *builder) describeWork() {
	switch b.in.Template.Type() {
	case ir.Resource:
		b.describeResource()
	case ir.Data:
		b.describeData()
	}
}

func (b *builder) describeResource() {
	n := b.fill(b.body)
	r := &instructions.Resource{
		Action: n.Get("action").Text(), Manifest: n.Get("manifest").Text(), MergeStrategy: n.Get("mergeStrategy").Text(),
		Flags: decode[[]string](b.decoder, n.Get("flags")), SuccessCondition: n.Get("successCondition").Text(),
		FailureCondition: n.Get("failureCondition").Text(),
		Parameters:       b.parameters(func(p instructions.Parameter) bool { return p.JSONPath != "" || p.JQ != "" }),
	}
	if from := n.At("manifestFrom", "artifact"); !from.IsNull() {
		r.ManifestPath, _ = b.scope.Value("inputs.artifacts." + from.Get("name").Text() + ".path")
	}
	if decode[bool](b.decoder, n.Get("setOwnerReference")) {
		r.Owner = &instructions.Owner{Name: RunObject(b.in.Run.Name), UID: b.in.Run.OwnerUID}
	}
	b.tell.Resource = r
	b.tellMain()
}

func (b *builder) describeData() {
	n := b.fill(b.body)
	s, fields, ok := locate(n.At("source", "artifactPaths"))
	if !ok {
		b.fault(RuleNotSupplied, b.body, "the artifact whose paths are to be listed has no location", "give artifactPaths a location")
		return
	}
	b.reachable(b.body, s, fields)
	d := &instructions.Data{Location: location(s, fields)}
	for _, t := range n.Get("transformation").List() {
		d.Transformations = append(d.Transformations, t.Get("expression").Text())
	}
	b.tell.Data = d
	secrets := secretSet{}
	secrets.collect(fields)
	b.tellMain(b.mountSecrets(secrets)...)
}

// tellMain mounts the instructions in a main container that is the agent's own.
func (b *builder) tellMain(mounts ...corev1.VolumeMount) {
	for i := range b.pod.Spec.Containers {
		if c := &b.pod.Spec.Containers[i]; c.Name == mainName {
			c.VolumeMounts = append(append(c.VolumeMounts, tellMount()), mounts...)
		}
	}
}
