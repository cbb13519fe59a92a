package pod

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/weft-lang/weft/compiler/eval"
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/compiler/pod/instructions"
	"github.com/weft-lang/weft/lang/tree"
)

// mainName is what the container of every type but containerSet is called.
const mainName = "main"

// member is what a containerSet says about one of its containers.
type member struct{ after []string }

// mainContainers adds the containers that do the work.
func (b *builder) mainContainers() {
	switch t := b.in.Template.Type(); t {
	case ir.Container:
		b.addMain(b.body, mainName)
	case ir.Script:
		b.addMain(without(b.body, "source"), mainName)
		b.script = b.text(b.body.Get("source"))
	case ir.ContainerSet:
		b.containerSet()
	case ir.Resource, ir.Data:
		b.agentMain(t)
	default:
		panic(fmt.Sprintf("pod: no main container for %s", t))
	}
}

func (b *builder) addMain(n *tree.Node, name string) *corev1.Container {
	c := b.container(n, name)
	b.pod.Spec.Containers = append(b.pod.Spec.Containers, c)
	b.mains = append(b.mains, name)
	return &b.pod.Spec.Containers[len(b.pod.Spec.Containers)-1]
}

// container decodes a container. It is called name whatever n says.
func (b *builder) container(n *tree.Node, name string) corev1.Container {
	b.checkArguments(n)
	c := decode[corev1.Container](b.decoder, b.fill(n))
	c.Name = name
	b.written[name] = n
	return c
}

func (b *builder) containerSet() {
	mounts := decode[[]corev1.VolumeMount](b.decoder, b.fill(b.body.Get("volumeMounts")))
	for _, n := range b.body.Get("containers").List() {
		name := b.text(n.Get("name"))
		c := b.addMain(without(n, "dependencies"), name)
		c.VolumeMounts = append(c.VolumeMounts, mounts...)
		b.members[name] = member{after: decode[[]string](b.decoder, b.fill(n.Get("dependencies")))}
	}
}

// agentMain is the main container of a template whose work the agent does.
func (b *builder) agentMain(t ir.Type) {
	b.pod.Spec.Containers = append(b.pod.Spec.Containers, corev1.Container{
		Name: mainName, Image: b.in.Options.agentImage(), Command: []string{instructions.AgentInImage, t.Key()},
		SecurityContext: hardened(), Resources: agentResources(),
	})
	b.mains = append(b.mains, mainName)
}

// userContainers adds the template's own init containers and its sidecars, the
// latter beside the main containers, where podSpecPatch expects them.
func (b *builder) userContainers() {
	for _, n := range b.template.Get("initContainers").List() {
		b.pod.Spec.InitContainers = append(b.pod.Spec.InitContainers, b.userContainer(n))
	}
	for _, n := range b.template.Get("sidecars").List() {
		c := b.userContainer(n)
		b.sidecars = append(b.sidecars, c.Name)
		b.pod.Spec.Containers = append(b.pod.Spec.Containers, c)
	}
}

func (b *builder) userContainer(n *tree.Node) corev1.Container {
	const mirror = "mirrorVolumeMounts"
	c := b.container(without(n, mirror), b.text(n.Get("name")))
	if decode[bool](b.decoder, b.fill(n.Get(mirror))) {
		b.mirrors[c.Name] = true
		c.VolumeMounts = mirrored(c.VolumeMounts, b.mounts(mainName))
	}
	return c
}

// mirrored adds the mounts of another container whose places are still free.
func mirrored(own, other []corev1.VolumeMount) []corev1.VolumeMount {
	for _, m := range other {
		if !slices.ContainsFunc(own, func(o corev1.VolumeMount) bool { return o.MountPath == m.MountPath }) {
			own = append(own, m)
		}
	}
	return own
}

// containerOf is the container of a name beside which others run, nil when there
// is none.
func (b *builder) containerOf(name string) *corev1.Container {
	for i := range b.pod.Spec.Containers {
		if c := &b.pod.Spec.Containers[i]; c.Name == name {
			return c
		}
	}
	return nil
}

// mounts are the volume mounts of a container.
func (b *builder) mounts(name string) []corev1.VolumeMount {
	if c := b.containerOf(name); c != nil {
		return c.VolumeMounts
	}
	return nil
}

// maxArgument is the size of an argument, with the byte that ends it, at which
// Linux refuses to start a process.
const maxArgument = 128 << 10

// checkArguments finds arguments and variables that no process can take.
func (b *builder) checkArguments(n *tree.Node) {
	for _, text := range slices.Concat(n.Get("command").List(), n.Get("args").List()) {
		b.checkArgument(text, 0)
	}
	for _, e := range n.Get("env").List() {
		b.checkArgument(e.Get("value"), len(e.Get("name").Text())+len("="))
	}
}

// checkArgument checks a text that a process gets with some bytes before it.
func (b *builder) checkArgument(text *tree.Node, before int) {
	filled := eval.Fill(text.Text(), b.scope)
	size := before + len(filled.Text)
	if size < maxArgument {
		return
	}
	longest, from := 0, ""
	for value, at := range filled.Inserted() {
		if len(value) > longest {
			longest = len(value)
			from = fmt.Sprintf(", %d of them from %q,", longest, shorten(text.Value[at[0]:at[1]]))
		}
	}
	b.fault(RuleArgument, text, fmt.Sprintf("an argument is %d bytes long%s and a process takes less than %d", size, from, maxArgument),
		"pass large data as an artifact")
}
