package kube

import (
	"bytes"
	"compress/flate"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/runtime/store"
)

// A run is a ConfigMap that owns all other objects of the run, so that deleting
// it deletes them. Its sources are kept in parts beside it, and its journal in
// chunks; see Journal.
const (
	labelKind        = "weft.dev/kind"
	annotationStatus = "weft.dev/status"
	headerKey        = "run.json"
	dataKey          = "data"
	partKey          = "part" // "2 of 3"

	kindRun     = "run"
	kindSources = "sources"
	kindJournal = "journal"
	kindSignal  = "signal"
	kindCache   = "cache"
)

// maxPart bounds what one ConfigMap holds: half of what the API server takes.
const maxPart = 512 << 10

// A Run is a run that is kept in a cluster.
type Run struct {
	Name   string
	Header store.Header
	Status store.Status

	cluster *Cluster
	uid     types.UID                 // of its ConfigMap
	renewed atomic.Pointer[time.Time] // when the Lease was renewed last
}

// OwnerUID is the UID of the ConfigMap that stands for the run.
func (r *Run) OwnerUID() string { return string(r.uid) }

// CreateRun makes the objects of a new run. The digests of the sources are put
// into the header. A name that is taken is store.ErrRunExists.
func (c *Cluster) CreateRun(ctx context.Context, h store.Header, sources []store.File) (*Run, error) {
	h.Sources = nil
	for _, s := range sources {
		h.Sources = append(h.Sources, store.Source{Name: s.Name, Digest: digest(s.Data)})
	}
	header, err := json.Marshal(h)
	if err != nil {
		return nil, fmt.Errorf("keep the run: %w", err)
	}
	r := &Run{Name: h.Name, Header: h, cluster: c}
	object := &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: pod.RunObject(h.Name), Labels: r.labels(kindRun)},
		Data:       map[string]string{headerKey: string(header)},
	}
	made := &corev1.ConfigMap{}
	if err := c.create(ctx, mapResource, object, made); apierrors.IsAlreadyExists(err) {
		return nil, fmt.Errorf("%s: %w", h.Name, store.ErrRunExists)
	} else if apierrors.IsNotFound(err) {
		return nil, NoNamespace(c.Namespace)
	} else if err != nil {
		return nil, fmt.Errorf("create the run: %w", err)
	}
	r.uid = made.UID
	if err := r.keepSources(ctx, sources); err != nil {
		// Nobody could ever drive it. Where that cannot be done either, it is listed.
		_ = c.delete(context.WithoutCancel(ctx), mapResource, object.Name, r.uid)
		return nil, fmt.Errorf("keep the sources of the run: %w", err)
	}
	return r, nil
}

func (r *Run) keepSources(ctx context.Context, sources []store.File) error {
	text, err := json.Marshal(sources)
	if err != nil {
		return err
	}
	data, err := compress(text)
	if err != nil {
		return err
	}
	for _, part := range r.parts(kindSources, 1, data) {
		if err := r.cluster.create(ctx, mapResource, part, &corev1.ConfigMap{}); err != nil {
			return err
		}
	}
	return nil
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// OpenRun finds a run; store.ErrNoRun says that there is none.
func (c *Cluster) OpenRun(ctx context.Context, name string) (*Run, error) {
	object := &corev1.ConfigMap{}
	if err := c.get(ctx, mapResource, pod.RunObject(name), object); apierrors.IsNotFound(err) {
		return nil, fmt.Errorf("%s: %w", name, store.ErrNoRun)
	} else if err != nil {
		return nil, fmt.Errorf("read the run: %w", err)
	}
	return c.readRun(object)
}

func (c *Cluster) readRun(object *corev1.ConfigMap) (*Run, error) {
	r := &Run{cluster: c, uid: object.UID, Name: strings.TrimPrefix(object.Name, pod.RunObject(""))}
	if err := json.Unmarshal([]byte(object.Data[headerKey]), &r.Header); err != nil {
		return nil, fmt.Errorf("read the run %q: %w", r.Name, err)
	}
	if text := object.Annotations[annotationStatus]; text != "" {
		if err := json.Unmarshal([]byte(text), &r.Status); err != nil {
			return nil, fmt.Errorf("read the status of the run %q: %w", r.Name, err)
		}
	}
	return r, nil
}

// Runs lists the runs of the namespace by name. One that cannot be read has its
// name and the reason as its message.
func (c *Cluster) Runs(ctx context.Context) ([]*Run, error) {
	var runs []*Run
	_, err := list(ctx, c, mapResource, labelKind+"="+kindRun, func(l *corev1.ConfigMapList) {
		for i := range l.Items {
			r, err := c.readRun(&l.Items[i])
			if err != nil {
				r = &Run{Name: strings.TrimPrefix(l.Items[i].Name, pod.RunObject("")), Status: store.Status{Message: err.Error()}}
			}
			runs = append(runs, r)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	slices.SortFunc(runs, func(a, b *Run) int { return strings.Compare(a.Name, b.Name) })
	return runs, nil
}

// Delete deletes the run; the cluster then deletes what it owns. A run that is
// being driven is store.ErrLocked.
func (r *Run) Delete(ctx context.Context) error {
	if driven, err := r.Driven(ctx); err != nil {
		return err
	} else if driven {
		return fmt.Errorf("%s: %w", r.Name, store.ErrLocked)
	}
	err := r.cluster.delete(ctx, mapResource, pod.RunObject(r.Name), r.uid)
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("delete the run: %w", err)
	}
	return nil
}

// Sources reads the files that the run was made from.
func (r *Run) Sources(ctx context.Context) ([]store.File, error) {
	var parts []*corev1.ConfigMap
	_, err := list(ctx, r.cluster, mapResource, r.selector(kindSources), func(l *corev1.ConfigMapList) {
		for i := range l.Items {
			parts = append(parts, &l.Items[i])
		}
	})
	if err != nil {
		return nil, fmt.Errorf("read the sources of the run: %w", err)
	}
	groups, err := joinParts(parts)
	if err == nil && len(groups) != 1 {
		err = errors.New("they were never completely written")
	}
	if err != nil {
		return nil, fmt.Errorf("read the sources of the run: %w", err)
	}
	text, err := expand(groups[0])
	if err != nil {
		return nil, fmt.Errorf("read the sources of the run: %w", err)
	}
	var files []store.File
	if err := json.Unmarshal(text, &files); err != nil {
		return nil, fmt.Errorf("read the sources of the run: %w", err)
	}
	for i, f := range files {
		if i >= len(r.Header.Sources) || digest(f.Data) != r.Header.Sources[i].Digest {
			return nil, fmt.Errorf("source %q was changed after the run began", f.Name)
		}
	}
	return files, nil
}

// maxMessage bounds the message of a status: annotations of an object take 256 KiB,
// and a byte of a message at most six of them.
const maxMessage = 16 << 10

// SetStatus keeps how the run stands, for lists. Of a message that is too long for
// these it keeps the beginning; the journal has all of it.
func (r *Run) SetStatus(ctx context.Context, s store.Status) error {
	if len(s.Message) > maxMessage {
		s.Message = strings.ToValidUTF8(s.Message[:maxMessage], "") + "\u2026"
	}
	text, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("write the status of the run: %w", err)
	}
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{
		"uid": r.uid, "annotations": map[string]string{annotationStatus: string(text)},
	}})
	if err == nil {
		err = r.cluster.patch(ctx, mapResource, pod.RunObject(r.Name), patch)
	}
	if apierrors.IsNotFound(err) {
		return fmt.Errorf("%s: %w", r.Name, store.ErrNoRun)
	}
	if err != nil {
		return fmt.Errorf("write the status of the run: %w", err)
	}
	return nil
}

// labels are those of an object of the run.
func (r *Run) labels(kind string) map[string]string {
	labels := map[string]string{labelKind: kind, pod.LabelRunUID: r.Header.UID}
	if len(validation.IsValidLabelValue(r.Name)) == 0 {
		labels[pod.LabelRun] = r.Name
	}
	return labels
}

func (r *Run) selector(kinds ...string) string {
	return labelKind + " in (" + strings.Join(kinds, ",") + ")," + pod.LabelRunUID + "=" + r.Header.UID
}

// object is the ConfigMap of the run.
func (r *Run) object(ctx context.Context) (*corev1.ConfigMap, error) {
	object := &corev1.ConfigMap{}
	if err := r.cluster.get(ctx, mapResource, pod.RunObject(r.Name), object); err != nil {
		return nil, fmt.Errorf("read the run: %w", err)
	}
	if object.UID != r.uid {
		return nil, fmt.Errorf("%s: %w", r.Name, store.ErrNoRun) // another one has its name
	}
	return object, nil
}

// owned are the metadata of an object that goes with the run.
func (r *Run) owned(kind, name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{
		Name: name, Labels: r.labels(kind),
		OwnerReferences: []metav1.OwnerReference{{APIVersion: "v1", Kind: "ConfigMap", Name: pod.RunObject(r.Name), UID: r.uid}},
	}
}

// partName is the name of a part. It holds some of the UID: an earlier run of the
// same name may still be on its way out.
func (r *Run) partName(kind string, number int) string {
	uid := strings.ReplaceAll(r.Header.UID, "-", "")
	return fmt.Sprintf("weft-%s-%s-%s-%06d", kind, r.Name, uid[:min(12, len(uid))], number)
}

// parts are immutable ConfigMaps that hold data, numbered from first on.
func (r *Run) parts(kind string, first int, data []byte) []*corev1.ConfigMap {
	var parts []*corev1.ConfigMap
	yes := true
	count := max(1, (len(data)+maxPart-1)/maxPart)
	for i := range count {
		parts = append(parts, &corev1.ConfigMap{
			ObjectMeta: r.owned(kind, r.partName(kind, first+i)), Immutable: &yes,
			Data:       map[string]string{partKey: fmt.Sprintf("%d of %d", i+1, count)},
			BinaryData: map[string][]byte{dataKey: data[i*maxPart : min((i+1)*maxPart, len(data))]},
		})
	}
	return parts
}

// joinParts puts parts together again.
func joinParts(parts []*corev1.ConfigMap) ([][]byte, error) {
	slices.SortFunc(parts, func(a, b *corev1.ConfigMap) int { return strings.Compare(a.Name, b.Name) })
	var groups [][]byte
	var j joiner
	for _, p := range parts {
		group, err := j.add(p)
		if err != nil {
			return nil, err
		}
		if group != nil {
			groups = append(groups, group)
		}
	}
	return groups, nil
}

// A joiner puts groups together from their parts. A group that was never completely
// written is left out: nothing followed from it.
type joiner struct {
	group []byte
	parts int // of the group that were read
}

// add takes the next part, and returns the group if it is the last one.
func (j *joiner) add(p *corev1.ConfigMap) (group []byte, err error) {
	part, of, err := partOf(p)
	if err != nil {
		return nil, err
	}
	if part == 1 {
		*j = joiner{}
	}
	if part != j.parts+1 {
		return nil, fmt.Errorf("%s does not follow what is before it", p.Name)
	}
	j.group, j.parts = append(j.group, p.BinaryData[dataKey]...), part
	if part < of {
		return nil, nil
	}
	group, *j = j.group, joiner{}
	return group, nil
}

// partOf is which part of how many an object holds.
func partOf(p *corev1.ConfigMap) (part, of int, err error) {
	if _, err := fmt.Sscanf(p.Data[partKey], "%d of %d", &part, &of); err != nil {
		return 0, 0, fmt.Errorf("%s is damaged: part %q", p.Name, p.Data[partKey])
	}
	return part, of, nil
}

// A compressor compresses one text after the other. To make its tables takes longer
// than to compress what a step says of itself.
type compressor struct{ w *flate.Writer }

func (c *compressor) compress(text io.Reader) ([]byte, error) {
	var b bytes.Buffer
	if c.w == nil {
		w, err := flate.NewWriter(&b, flate.DefaultCompression)
		if err != nil {
			return nil, err
		}
		c.w = w
	}
	c.w.Reset(&b)
	_, err := io.Copy(c.w, text)
	if err == nil {
		err = c.w.Close()
	}
	return b.Bytes(), err
}

func compress(data []byte) ([]byte, error) { return new(compressor).compress(bytes.NewReader(data)) }

// maxExpanded bounds what becomes of data that was compressed.
const maxExpanded = 256 << 20

func expanding(data []byte) io.Reader { return flate.NewReader(bytes.NewReader(data)) }

func expand(data []byte) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(expanding(data), maxExpanded+1))
	if err == nil && len(text) > maxExpanded {
		err = errors.New("it is too large")
	}
	return text, err
}
