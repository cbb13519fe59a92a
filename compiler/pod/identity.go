package pod

import (
	"crypto/sha256"
	"encoding/base32"
	"strconv"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/weft-lang/weft/lang/tree"
)

// Labels and annotations of weft's objects.
const (
	LabelRun        = "weft.dev/run"
	LabelRunUID     = "weft.dev/run-uid"
	LabelNode       = "weft.dev/node"       // the node's ID
	LabelGeneration = "weft.dev/generation" // see Node.Generation

	AnnotationNode         = "weft.dev/node-path"
	AnnotationTemplate     = "weft.dev/template"
	AnnotationDaemon       = "weft.dev/daemon"       // "true": the step is done when the Pod is ready
	AnnotationInstructions = "weft.dev/instructions" // JSON of Instructions
)

// RunObject is the name of the ConfigMap that stands for a run and owns its
// objects.
func RunObject(run string) string { return "weft-run-" + run }

// ID is the node's identity: 128 bits over the run's UID, the path with its
// attempt, and the generation. Two Pods with one ID do the same work.
func (in Input) ID() string {
	sum := sha256.Sum256([]byte(in.Run.UID + "\x00" + in.Node.Path + "\x00" + strconv.Itoa(in.Node.Generation)))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:16]))
}

// suffixLength is how much of an ID a Pod's name carries: 80 bits.
const suffixLength = 16

// maxName keeps names within a label and a host name, which are shorter than
// what Kubernetes takes for a Pod.
const maxName = 63

// PodName is the name of the Pod, for people first: run, template, and as much
// of the ID as makes it unique.
func (in Input) PodName() string {
	readable := in.Run.Name
	if name := in.Template.Name.Text(); name != "" {
		readable += "-" + name
	}
	readable = cut(dnsName(readable), maxName-suffixLength-1)
	return strings.TrimLeft(readable+"-"+in.ID()[:suffixLength], "-")
}

// Names reports whether a name is that of the Pod, whatever its template.
func (in Input) Names(pod string) bool { return strings.HasSuffix(pod, in.ID()[:suffixLength]) }

// dnsName makes a name out of any text: lower-case letters, digits and hyphens.
func dnsName(s string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
			return r
		case 'A' <= r && r <= 'Z':
			return r - 'A' + 'a'
		}
		return '-'
	}, s), "-")
}

func cut(s string, most int) string {
	if len(s) > most {
		s = s[:most]
	}
	return strings.TrimRight(s, "-.")
}

// labelValue is s, or where that is no label value a part of it with a hash.
func labelValue(s string) string {
	if len(s) <= maxName && s == strings.Trim(s, "-_.") && strings.IndexFunc(s, notInLabel) < 0 {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	hash := strings.ToLower(base32.StdEncoding.EncodeToString(sum[:10]))
	return strings.TrimLeft(cut(dnsName(s), maxName-len(hash)-1)+"-"+hash, "-")
}

func notInLabel(r rune) bool {
	return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("-_.", r))
}

// metadata names and labels the Pod. Labels of weft's own win over the user's:
// they say which Pod is whose.
func (b *builder) metadata() {
	m := &b.pod.ObjectMeta
	m.Name, m.Namespace = b.in.PodName(), b.in.Run.Namespace
	m.Labels, m.Annotations = map[string]string{}, map[string]string{}
	for _, from := range []*tree.Node{b.in.Run.field("podMetadata"), b.ownerMetadata(), b.template.Get("metadata")} {
		collect(m.Labels, b.fill(from.Get("labels")), b.decoder)
		collect(m.Annotations, b.fill(from.Get("annotations")), b.decoder)
	}
	for key, value := range b.labels() {
		m.Labels[key] = value
	}
	m.Annotations[AnnotationNode] = b.in.Node.Path
	if name := b.in.Template.Name.Text(); name != "" {
		m.Annotations[AnnotationTemplate] = name
	}
	if b.isTrue("daemon") {
		m.Annotations[AnnotationDaemon] = "true"
	}
	m.OwnerReferences = b.in.Run.owners()
}

// ownerMetadata is the podMetadata of the WorkflowTemplate that the template was
// taken from.
func (b *builder) ownerMetadata() *tree.Node {
	if o := b.in.Template.Owner; o != nil && o.Spec != nil && o.Spec != b.in.Run.Spec {
		return o.Spec.Node.Get("podMetadata")
	}
	return nil
}

func collect(into map[string]string, n *tree.Node, d decoder) {
	for key, value := range decode[map[string]string](d, n) {
		into[key] = value
	}
}

func (b *builder) labels() map[string]string {
	return map[string]string{
		LabelRun:        labelValue(b.in.Run.Name),
		LabelRunUID:     labelValue(b.in.Run.UID),
		LabelNode:       b.in.ID(),
		LabelGeneration: strconv.Itoa(b.in.Node.Generation),
	}
}

// owners make the objects of a run go with it.
func (r Run) owners() []metav1.OwnerReference {
	if r.OwnerUID == "" {
		return nil
	}
	yes := true
	return []metav1.OwnerReference{{
		APIVersion: "v1", Kind: "ConfigMap", Name: RunObject(r.Name), UID: types.UID(r.OwnerUID), Controller: &yes,
	}}
}
