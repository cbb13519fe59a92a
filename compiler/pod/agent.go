package pod

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/compiler/pod/instructions"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/yaml"
)

// Names of weft's own containers and volumes.
const (
	stageName    = "weft-stage"
	loadName     = "weft-load"
	saveName     = "weft-save"
	agentVolume  = "weft-agent"
	tellVolume   = "weft-instructions"
	shareVolume  = "weft-exchange"
	inputsVolume = "weft-inputs"
)

// Sizes that Kubernetes sets. The kubelet keeps at most 4 KiB of a container's
// termination message and 12 KiB of all of a Pod's; the margin is for the
// record's frame.
const (
	maxMessage        = 4096
	maxMessages       = 12288
	messageMargin     = 64
	maxAnnotation     = 128 << 10
	maxAnnotations    = 256<<10 - 8<<10 // whoever runs the Pod may note something, too
	maxConfigMap      = 1 << 20
	usualMessageLog   = corev1.TerminationMessagePathDefault
	configMapOverhead = 4 << 10
)

func (o Options) agentImage() string {
	if o.AgentImage != "" {
		return o.AgentImage
	}
	return DefaultAgentImage
}

// hardened is the security context of containers that run nothing but the agent.
func hardened() *corev1.SecurityContext {
	yes, no := true, false
	return &corev1.SecurityContext{
		AllowPrivilegeEscalation: &no, ReadOnlyRootFilesystem: &yes,
		Capabilities:   &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
		SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
	}
}

// weave puts weft's own parts into the finished layout.
func (b *builder) weave() []*corev1.ConfigMap {
	spec := &b.pod.Spec
	b.guaranteed = isGuaranteed(slices.Concat(spec.InitContainers, spec.Containers))
	sidecars := b.takeSidecars()
	b.tell = instructions.Instructions{Version: instructions.Version, Node: b.in.ID()}
	b.describeWork()
	load := b.load(sidecars)
	save := b.save()

	for i := range spec.Containers {
		b.staged = b.wrap(&spec.Containers[i]) || b.staged
	}
	for i := range sidecars {
		b.staged = b.wrap(&sidecars[i]) || b.staged
	}
	var first []corev1.Container
	if b.staged {
		first = append(first, b.stage())
	}
	first = append(first, load...)
	spec.InitContainers = slices.Concat(first, spec.InitContainers, sidecars)
	spec.Containers = append(spec.Containers, save...)
	b.keepFromRoot()
	if slices.Contains(b.mains, mainName) {
		b.annotate("kubectl.kubernetes.io/default-container", mainName)
	}
	return b.deliver()
}

// agentUser is the user of the agent's image.
const agentUser = 65532

// keepFromRoot lets weft's own containers promise that they do not run as root
// where all of the user's do: the level "restricted" of Pod security asks it of
// every container of a Pod that does not promise it as a whole.
func (b *builder) keepFromRoot() {
	spec := &b.pod.Spec
	if p := spec.SecurityContext; p != nil && p.RunAsNonRoot != nil && *p.RunAsNonRoot {
		return
	}
	var own []*corev1.SecurityContext
	for _, list := range [][]corev1.Container{spec.InitContainers, spec.Containers} {
		for i := range list {
			s := list[i].SecurityContext
			switch {
			case b.isOwn(list[i].Name):
				own = append(own, s)
			case s == nil || s.RunAsNonRoot == nil || !*s.RunAsNonRoot:
				return
			}
		}
	}
	for _, s := range own {
		yes, user := true, int64(agentUser)
		s.RunAsNonRoot = &yes
		if said := b.userOf(s); said == nil || *said == 0 {
			s.RunAsUser = &user
		}
	}
}

// userOf is the user that a container is said to run as, nil when it is up to its
// image.
func (b *builder) userOf(s *corev1.SecurityContext) *int64 {
	if p := b.pod.Spec.SecurityContext; s.RunAsUser == nil && p != nil {
		return p.RunAsUser
	}
	return s.RunAsUser
}

// isOwn reports whether a container runs nothing but the agent.
func (b *builder) isOwn(container string) bool {
	switch container {
	case stageName, loadName, saveName:
		return true
	case mainName:
		return b.in.Template.Type() == ir.Resource || b.in.Template.Type() == ir.Data
	}
	return false
}

// annotate sets an annotation that the user may have set already.
func (b *builder) annotate(key, value string) {
	if _, set := b.pod.Annotations[key]; !set {
		b.pod.Annotations[key] = value
	}
}

// takeSidecars takes the sidecars out of the containers and makes native ones of
// them: they start before main, are not waited for, and end after it.
func (b *builder) takeSidecars() []corev1.Container {
	always := corev1.ContainerRestartPolicyAlways
	var sidecars, rest []corev1.Container
	for _, c := range b.pod.Spec.Containers {
		if !slices.Contains(b.sidecars, c.Name) {
			rest = append(rest, c)
			continue
		}
		c.RestartPolicy = &always
		sidecars = append(sidecars, c)
	}
	b.pod.Spec.Containers = rest
	return sidecars
}

// wrap puts the agent before the command of a container that has to be watched.
func (b *builder) wrap(c *corev1.Container) bool {
	p, ok := b.process(c)
	if !ok {
		return false
	}
	if len(c.Command) == 0 {
		known, ok := b.in.Options.Entrypoints[c.Image]
		if !ok || len(known.Command)+len(known.Args) == 0 {
			at := b.imageOf(c.Name)
			b.unknown[c.Image] = at
			message := fmt.Sprintf("what image %q runs is not known, and container %q has no command", c.Image, c.Name)
			if b.in.Options.Live && strings.Contains(at.Text(), "{{") {
				message += "; registries are asked before a run begins, and its name was not known then"
			}
			b.fault(RuleEntrypoint, at, message, "write the command, or put the image under images: in weft.yaml")
			return true
		}
		c.Command, c.Image = literal(known.Command), cmp.Or(known.Image, c.Image)
		if c.Args == nil {
			c.Args = literal(known.Args)
		}
	}
	c.Command = append([]string{instructions.AgentPath, instructions.CommandRun, c.Name, "--"}, c.Command...)
	if b.in.Template.Type() == ir.Script && c.Name == mainName && b.script != "" {
		c.Args = append(c.Args, instructions.ScriptPath)
	}
	c.VolumeMounts = append(c.VolumeMounts, corev1.VolumeMount{Name: agentVolume, MountPath: instructions.AgentDir, ReadOnly: true}, tellMount())
	if p.Announce || len(p.After) > 0 || b.saves(c.Name) {
		c.VolumeMounts = append(c.VolumeMounts, b.exchange())
	}
	b.tell.Processes = append(b.tell.Processes, p)
	return true
}

// literal keeps the kubelet from reading variables in words: it does so in the
// command of a Pod, and not in what an image says.
func literal(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = strings.ReplaceAll(w, "$", "$$")
	}
	return out
}

func (b *builder) imageOf(container string) *tree.Node {
	n := b.written[container]
	if image := n.Get("image"); image != nil {
		return image
	}
	if n != nil {
		return n
	}
	return b.in.Template.Node
}

// process says what the agent does in a container, false when it has no
// business there.
func (b *builder) process(c *corev1.Container) (instructions.Process, bool) {
	p := instructions.Process{Container: c.Name}
	if c.TerminationMessagePath != usualMessageLog {
		p.MessageLog = c.TerminationMessagePath
	}
	t := b.in.Template
	switch {
	case slices.Contains(b.sidecars, c.Name):
		p.Sidecar = true
		return p, c.ReadinessProbe == nil && c.LivenessProbe == nil && c.StartupProbe == nil
	case !slices.Contains(b.mains, c.Name) || t.Type() == ir.Resource || t.Type() == ir.Data:
		return p, false
	}
	needed := t.Type() == ir.Script
	if c.Name == mainName {
		p.Result, p.Parameters = b.in.WantsResult, b.pathParameters()
		needed = needed || p.Result || len(p.Parameters) > 0
	}
	if t.Type() == ir.ContainerSet && b.ordered() {
		p.After, p.Retry, p.Announce = b.members[c.Name].after, b.setRetry(), true
		needed = true
	}
	return p, needed || b.saves(c.Name)
}

// ordered reports whether the containers of a set wait for each other or are
// tried again.
func (b *builder) ordered() bool {
	for _, m := range b.members {
		if len(m.after) > 0 {
			return true
		}
	}
	return b.body.Has("retryStrategy")
}

func (b *builder) setRetry() *instructions.Retry {
	n := b.body.Get("retryStrategy")
	if n.IsNull() {
		return nil
	}
	retry := &instructions.Retry{Retries: decode[int64](b.decoder, b.fill(n.Get("retries")))}
	if d := n.Get("duration"); d.Text() != "" {
		pause, err := expr.ParseDuration(b.text(d))
		if err != nil {
			b.fault(RuleValue, d, err.Message, err.Help)
		}
		retry.Pause = pause
	}
	return retry
}

// pathParameters are the output parameters that are files.
func (b *builder) pathParameters() []instructions.Parameter {
	return b.parameters(func(p instructions.Parameter) bool { return p.Path != "" })
}

func (b *builder) parameters(wanted func(instructions.Parameter) bool) []instructions.Parameter {
	var out []instructions.Parameter
	for _, n := range b.template.At("outputs", "parameters").List() {
		from := b.fill(n.Get("valueFrom"))
		p := instructions.Parameter{
			Name: n.Get("name").Text(), Path: from.Get("path").Text(),
			JSONPath: from.Get("jsonPath").Text(), JQ: from.Get("jqFilter").Text(),
		}
		if d := from.Get("default"); !d.IsNull() {
			text := scalarText(d)
			p.Default = &text
		}
		if wanted(p) {
			out = append(out, p)
		}
	}
	return out
}

// scalarText is the text of a parameter's value: of a map or list its JSON.
func scalarText(n *tree.Node) string {
	if n.IsScalar() {
		return n.Value
	}
	return string(yaml.JSON(n))
}

func tellMount() corev1.VolumeMount {
	return corev1.VolumeMount{Name: tellVolume, MountPath: instructions.Dir, ReadOnly: true}
}

// emptyDir adds a volume that lives as long as the Pod, once.
func (b *builder) emptyDir(name string) {
	for i := range b.pod.Spec.Volumes {
		if b.pod.Spec.Volumes[i].Name == name && b.pod.Spec.Volumes[i].EmptyDir != nil {
			return
		}
	}
	b.pod.Spec.Volumes = append(b.pod.Spec.Volumes, corev1.Volume{
		Name: name, VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}},
	})
}

func (b *builder) exchange() corev1.VolumeMount {
	b.emptyDir(shareVolume)
	return corev1.VolumeMount{Name: shareVolume, MountPath: instructions.ExchangeDir}
}

// stage is the container that brings the agent into the Pod.
func (b *builder) stage() corev1.Container {
	b.emptyDir(agentVolume)
	c := b.agentContainer(stageName, instructions.CommandStage)
	c.VolumeMounts = append(c.VolumeMounts, corev1.VolumeMount{Name: agentVolume, MountPath: instructions.AgentDir})
	if b.script != "" {
		b.tell.Script = &b.script
	}
	b.asMain(&c)
	b.heed(&c)
	return c
}

// agentContainer runs nothing but the agent, from its own image.
func (b *builder) agentContainer(name, command string) corev1.Container {
	return corev1.Container{
		Name: name, Image: b.in.Options.agentImage(), Command: []string{instructions.AgentInImage, command},
		Resources: agentResources(), SecurityContext: hardened(), VolumeMounts: []corev1.VolumeMount{tellMount()},
	}
}

// deliver hands the instructions to the Pod, if any of its containers reads them.
func (b *builder) deliver() []*corev1.ConfigMap {
	spec := &b.pod.Spec
	reads := func(c corev1.Container) bool {
		return slices.ContainsFunc(c.VolumeMounts, func(m corev1.VolumeMount) bool { return m.Name == tellVolume })
	}
	if !slices.ContainsFunc(spec.InitContainers, reads) && !slices.ContainsFunc(spec.Containers, reads) {
		return nil
	}
	b.tell.Limit = min(maxMessage, maxMessages/(len(spec.Containers)+len(spec.InitContainers))) - messageMargin
	text := b.tell.Encode()
	volume := corev1.Volume{Name: tellVolume}
	defer func() { spec.Volumes = append(spec.Volumes, volume) }()
	used := 0 // by the other annotations
	for key, value := range b.pod.Annotations {
		used += len(key) + len(value)
	}
	if len(text) <= min(maxAnnotation, maxAnnotations-used) {
		b.pod.Annotations[AnnotationInstructions] = text
		volume.DownwardAPI = &corev1.DownwardAPIVolumeSource{Items: []corev1.DownwardAPIVolumeFile{{
			Path: instructions.Key, FieldRef: &corev1.ObjectFieldSelector{APIVersion: "v1", FieldPath: "metadata.annotations['" + AnnotationInstructions + "']"},
		}}}
		return nil
	}
	if len(text) > maxConfigMap-configMapOverhead {
		b.fault(RuleArgument, b.in.Template.Node, fmt.Sprintf("script and artifacts of this template take %d bytes, and a ConfigMap holds less than %d", len(text), maxConfigMap),
			"pass large data as an artifact")
	}
	volume.ConfigMap = &corev1.ConfigMapVolumeSource{LocalObjectReference: corev1.LocalObjectReference{Name: b.pod.Name}}
	yes := true
	return []*corev1.ConfigMap{{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"},
		ObjectMeta: metav1.ObjectMeta{
			Name: b.pod.Name, Namespace: b.pod.Namespace, Labels: b.labels(), OwnerReferences: b.in.Run.owners(),
		},
		Immutable: &yes,
		Data:      map[string]string{instructions.Key: text},
	}}
}
