// Package pod turns one call of a leaf template into the Pod that does its
// work. It is pure: the same input gives the same objects, wherever the Pod
// then runs.
//
// A Pod is built in three moves. First the layout that users know from the
// reference: the main containers and the sidecars side by side, the template's
// own init containers, volumes by name. Then podSpecPatch, which is written for
// that layout. Then what weft needs: sidecars become native ones, the agent is
// staged where something has to be captured, artifacts are loaded and saved by
// containers that alone hold the credentials.
//
// Values reach a Pod through holes of trees, which are then decoded strictly: no
// value becomes structure, and one that does not fit is an error at the place of
// its hole. The claims that volumes of a run refer to come from Claims.
package pod

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/weft-lang/weft/compiler/eval"
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/compiler/pod/instructions"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
)

// The rules under which Build reports. Those that lint knows, too, have the
// same names there.
const (
	RuleNoPod       = "no-pod"                      // the template makes no Pod, or none that can be built
	RuleValue       = "pod-value"                   // a value does not fit its field
	RuleUnresolved  = "unresolved-reference"        // a tag names nothing that is known
	RuleEntrypoint  = "unknown-entrypoint"          // the agent needs a command that nobody knows
	RuleArgument    = "argument-too-long"           // an argument is longer than Linux takes
	RuleVolume      = "volume-mount-undeclared"     // a volume is mounted that nobody declares
	RuleNotSupplied = "input-artifact-not-supplied" // an input artifact comes from nowhere
	RuleNoStore     = "no-artifact-store"           // an artifact has nowhere to go, or nowhere to come from
	RuleStore       = "artifact-store-unsupported"  // nobody in the Pod can reach the store of an artifact
	RuleMissing     = "missing-object"              // a ConfigMap or Secret is not where the Pod runs
)

// Input is one call of a template.
type Input struct {
	Run      Run
	Node     Node
	Template *ir.Template
	// Boundary is the steps or dag template that calls, nil at the entrypoint:
	// where the template has no nodeSelector, affinity, tolerations or
	// retryStrategy of its own, those of its caller count.
	Boundary *ir.Template
	// Scope knows the values: workflow.*, inputs.parameters.*, lastRetry.* and so
	// on. What only the Pod can tell (pod.name, node.name, the paths of artifacts
	// and outputs) Build adds itself.
	Scope eval.Scope
	// Artifacts are the input artifacts with the locations that the caller found
	// for them, by name. One that is missing counts as the template writes it.
	Artifacts map[string]*tree.Node
	// WantsResult says that somebody reads outputs.result; see ReadResults.
	WantsResult bool
	// KeepOpen leaves a tag that nothing fills in its place, with a warning. No
	// such Pod can run; a person can read it.
	KeepOpen bool
	Options  Options
}

// Run is what all Pods of a run have in common.
type Run struct {
	Name, Namespace string
	UID             string
	// OwnerUID is the UID of the ConfigMap that stands for the run in a cluster;
	// without it the objects have no owner.
	OwnerUID string
	Spec     *ir.Spec // of the workflow that runs; may be nil
}

// Node is the place of the call in the run.
type Node struct {
	Path       string // with items and attempt: wf[0].print(1:b)(0)
	Generation int    // raised when the same attempt is started over
	// FailedHosts are the cluster nodes on which earlier attempts failed. They are
	// avoided when the retryStrategy asks for it.
	FailedHosts []string
	// SecondsLeft bounds the Pod's life by what is left of the workflow's or the
	// attempt's time; 0 is no bound.
	SecondsLeft int64
}

// Options are settings of whoever runs the Pods.
type Options struct {
	AgentImage string // holds /weft-agent; "" is DefaultAgentImage
	GitImage   string // has git, for input artifacts; "" is DefaultGitImage
	// Entrypoints are what images run when a container has no command, by image.
	// They are asked for only where the agent stands before the command.
	Entrypoints map[string]Entrypoint
	// Store is the artifact location ({s3: {bucket: ..., keyFormat: ...}}) for
	// output artifacts that name none; nil when there is none.
	Store *tree.Node
	// Reachable says why nobody can reach the store of a location, as JSON; nil
	// takes every store.
	Reachable func(location json.RawMessage) error
	// Live evaluates expressions whose result differs from call to call: dates,
	// random texts. Without it they stay open, and the same input gives the same
	// Pod.
	Live bool
}

// DefaultAgentImage is the image of the agent of this version.
const DefaultAgentImage = "ghcr.io/weft-lang/weft-agent:v0.1.0"

// DefaultGitImage fetches the artifacts that are git repositories.
const DefaultGitImage = "docker.io/alpine/git:v2.49.0"

// Entrypoint is what an image runs by itself.
type Entrypoint struct {
	Command, Args []string
	// Image names, by digest, the image that was found to run this. It takes the
	// place of the tag, which may mean another image by then; "" leaves the tag.
	Image string
}

// Objects is what one call needs in a cluster, in the order of creation.
type Objects struct {
	ConfigMaps []*corev1.ConfigMap
	Pod        *corev1.Pod
	// Mains are the containers that all have to end before the step is done:
	// those of the template, and the one that saves artifacts.
	Mains []string
}

// Why says why a template makes no Pod of its own, "" when it makes one.
func Why(t *ir.Template) string { return whyNot[t.Type()] }

var whyNot = map[ir.Type]string{
	ir.NoType:  "it has no type",
	ir.Steps:   "its steps run as Pods of their own",
	ir.DAG:     "its tasks run as Pods of their own",
	ir.Suspend: "it only waits",
	ir.HTTP:    "the request is made by weft itself",
	ir.Plugin:  "plugins of the reference's controller are not supported",
}

// Build makes the objects for one call. With an error among the findings there
// are none.
func Build(in Input) (*Objects, []diag.Diagnostic) {
	b := newBuilder(in)
	objects := b.build()
	if b.found.Has(diag.Error) {
		return nil, b.found.Sorted()
	}
	return objects, b.found.Sorted()
}

// MissingEntrypoints are the images whose command Build has to know and does not
// find in the options, with the node that names each. Whoever can look them up
// does it before the run.
func MissingEntrypoints(in Input) map[string]*tree.Node {
	b := newBuilder(in)
	b.build()
	return b.unknown
}

func (b *builder) build() *Objects {
	t := b.in.Template
	if why := Why(t); why != "" {
		b.fault(RuleNoPod, t.Node, fmt.Sprintf("%s makes no Pod: %s", t.Describe(), why), "")
		return nil
	}
	b.metadata()
	b.mainContainers()
	b.userContainers()
	b.volumes()
	b.placement()
	b.deadline()
	b.patch()
	b.avoidFailedHosts()
	configMaps := b.weave()
	b.unique()
	mains := b.ends()
	if len(mains) == 0 {
		b.fault(RuleNoPod, t.Node, t.Describe()+" leaves its Pod without a container that does the work", "")
	}
	return &Objects{ConfigMaps: configMaps, Pod: b.pod, Mains: mains}
}

// ends are the containers whose end is the step's. A patch may have taken some
// away.
func (b *builder) ends() []string {
	var out []string
	for i := range b.pod.Spec.Containers {
		if name := b.pod.Spec.Containers[i].Name; name == saveName || slices.Contains(b.mains, name) {
			out = append(out, name)
		}
	}
	return out
}

// builder holds one Pod while it is made.
type builder struct {
	in       Input
	scope    eval.Scope
	template *tree.Node // with the workflow's defaults below it; its holes are open
	body     *tree.Node // under the key of the type
	found    diag.List
	open     []source.Span // tags that nothing fills
	decoder  decoder

	pod        *corev1.Pod
	tell       instructions.Instructions
	script     string
	staged     bool                        // some container takes the agent from the Pod
	unknown    map[string]*tree.Node       // images whose entrypoint is missing
	mains      []string                    // names of the main containers
	members    map[string]member           // of a containerSet
	sidecars   []string                    // names of the sidecars
	guaranteed bool                        // the user's containers ask for all that they may take
	mirrors    map[string]bool             // containers that see what main sees
	written    map[string]*tree.Node       // where the container of a name stands
	executor   map[string]corev1.Container // what a patch says of those of the reference, by the names of weft's
}

func newBuilder(in Input) *builder {
	t := in.Template
	b := &builder{in: in, template: t.Node, written: map[string]*tree.Node{}, members: map[string]member{}, mirrors: map[string]bool{}, unknown: map[string]*tree.Node{}, executor: map[string]corev1.Container{}}
	b.decoder = b.newDecoder()
	if defaults := in.Run.field("templateDefaults"); defaults != nil && defaults.Kind == tree.Map {
		b.template = merge(defaultsFor(defaults, t), t.Node, reflect.TypeFor[templateShape]())
	}
	b.body = b.template.Get(t.Type().Key())
	b.scope = local{in: in, name: in.PodName(), template: b.template, outer: in.Scope}
	b.pod = &corev1.Pod{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"}}
	b.pod.Spec.RestartPolicy = corev1.RestartPolicyNever
	return b
}

func (b *builder) newDecoder() decoder {
	return decoder{fault: func(n *tree.Node, message string) {
		if !n.IsScalar() || !b.isOpen(n.Place()) {
			b.fault(RuleValue, n, message, "")
		}
	}}
}

// defaultsFor are the defaults without a name and without bodies of other types.
func defaultsFor(defaults *tree.Node, t *ir.Template) *tree.Node {
	gone := []string{"name"}
	for _, typ := range ir.Types {
		if typ != t.Type() {
			gone = append(gone, typ.Key())
		}
	}
	return without(defaults, gone...)
}

// fault reports an error at n.
func (b *builder) fault(rule string, n *tree.Node, message, help string) {
	b.found.Add(diag.Diagnostic{Rule: rule, Severity: diag.Error, Span: n.Place(), Message: message, Help: help})
}

// unique refuses names that stand twice: weft's own begin with "weft-".
func (b *builder) unique() {
	report := func(what, name string) {
		b.fault(RuleValue, b.in.Template.Node, fmt.Sprintf("two %s of the Pod are named %q", what, name), "names that begin with weft- belong to weft")
	}
	seen := map[string]bool{}
	for _, list := range [][]corev1.Container{b.pod.Spec.InitContainers, b.pod.Spec.Containers} {
		for i := range list {
			if name := list[i].Name; seen[name] {
				report("containers", name)
			} else {
				seen[name] = true
			}
		}
	}
	seen = map[string]bool{}
	for i := range b.pod.Spec.Volumes {
		if name := b.pod.Spec.Volumes[i].Name; seen[name] {
			report("volumes", name)
		} else {
			seen[name] = true
		}
	}
}
