package kube

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/run"
)

// Values reads the ConfigMaps and Secrets of a namespace.
type Values struct{ cluster *Cluster }

var _ run.Values = Values{}

// Values are those of the namespace in view.
func (c *Cluster) Values() Values { return Values{c} }

// ConfigMap reads a key of a ConfigMap, nil when there is none.
func (v Values) ConfigMap(ctx context.Context, name, key string) (*string, error) {
	m := &corev1.ConfigMap{}
	err := v.cluster.get(ctx, mapResource, name, m)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read ConfigMap %q: %w", name, err)
	}
	if text, ok := m.Data[key]; ok {
		return &text, nil
	}
	if data, ok := m.BinaryData[key]; ok {
		text := string(data)
		return &text, nil
	}
	return nil, nil
}

// Secret reads a key of a Secret, nil when there is none.
func (v Values) Secret(ctx context.Context, name, key string) (*string, error) {
	s := &corev1.Secret{}
	err := v.cluster.get(ctx, secretResource, name, s)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read Secret %q: %w", name, err)
	}
	data, ok := s.Data[key]
	if !ok {
		return nil, nil
	}
	text := string(data)
	return &text, nil
}

// Has reports whether there is a ConfigMap or a Secret of a name.
func (v Values) Has(ctx context.Context, kind, name string) (bool, error) {
	var err error
	if kind == "Secret" {
		err = v.cluster.get(ctx, secretResource, name, &corev1.Secret{})
	} else {
		err = v.cluster.get(ctx, mapResource, name, &corev1.ConfigMap{})
	}
	if apierrors.IsNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for %s %q: %w", kind, name, err)
	}
	return true, nil
}

// limit is how many may hold a semaphore, as the key of its ConfigMap says.
func (v Values) limit(ctx context.Context, l engine.Lock) (int, error) {
	if l.Database != "" {
		return 0, fmt.Errorf("semaphore %q is kept in a database, which weft does not ask", l.Database)
	}
	text, err := v.ConfigMap(ctx, l.ConfigMap, l.Key)
	if err != nil {
		return 0, err
	}
	if text == nil {
		return 0, fmt.Errorf("there is no ConfigMap %q with the key %q for the limit of a semaphore", l.ConfigMap, l.Key)
	}
	n, err := strconv.Atoi(*text)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("the limit of a semaphore in ConfigMap %q, key %q, is %q and not a number above 0", l.ConfigMap, l.Key, *text)
	}
	return n, nil
}

// Caches are memoization caches, a ConfigMap each.
type Caches struct{ cluster *Cluster }

var _ run.Caches = Caches{}

// Caches are those of the namespace in view.
func (c *Cluster) Caches() Caches { return Caches{c} }

// cached is the value of a key of a cache.
type cached struct {
	Created time.Time       `json:"created"`
	Outputs *engine.Outputs `json:"outputs"`
}

// read is the ConfigMap of a cache, nil when there is none. One that holds other
// things is left alone.
func (c Caches) read(ctx context.Context, cache string) (*corev1.ConfigMap, error) {
	m := &corev1.ConfigMap{}
	err := c.cluster.get(ctx, mapResource, cache, m)
	switch {
	case apierrors.IsNotFound(err):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read cache %q: %w", cache, err)
	case m.Labels[labelKind] != kindCache:
		return nil, fmt.Errorf("the ConfigMap %q is no cache: it lacks the label %s=%s", cache, labelKind, kindCache)
	}
	return m, nil
}

// Get looks up outputs that are not older than maxAge, if that is not 0.
func (c Caches) Get(ctx context.Context, cache, key string, maxAge time.Duration) (*engine.Outputs, error) {
	m, err := c.read(ctx, cache)
	if m == nil || m.Data[key] == "" {
		return nil, err
	}
	var entry cached
	if err := json.Unmarshal([]byte(m.Data[key]), &entry); err != nil {
		return nil, fmt.Errorf("read cache %q: %w", cache, err)
	}
	if maxAge > 0 && c.cluster.clock.now().Sub(entry.Created) > maxAge {
		return nil, nil
	}
	return entry.Outputs, nil
}

// Put keeps outputs. Where a cache gets too large its oldest entries go.
func (c Caches) Put(ctx context.Context, cache, key string, out engine.Outputs) error {
	text, err := json.Marshal(cached{Created: c.cluster.clock.now().UTC(), Outputs: &out})
	if err != nil {
		return fmt.Errorf("write cache %q: %w", cache, err)
	}
	if len(text) > maxCache/2 {
		return fmt.Errorf("outputs of %d bytes are too large for a cache", len(text))
	}
	err = c.cluster.rewrite(ctx, func() (func() error, error) {
		m, err := c.read(ctx, cache)
		if err != nil {
			return nil, err
		}
		return c.put(ctx, m, cache, key, string(text)), nil
	})
	if err != nil {
		return fmt.Errorf("write cache %q: %w", cache, err)
	}
	return nil
}

// maxCache leaves room below what a ConfigMap holds.
const maxCache = 900 << 10

// put is the request that puts an entry into a cache, which may not be there yet.
func (c Caches) put(ctx context.Context, m *corev1.ConfigMap, cache, key, text string) func() error {
	if m == nil {
		m = &corev1.ConfigMap{
			ObjectMeta: metav1.ObjectMeta{Name: cache, Labels: map[string]string{labelKind: kindCache}},
			Data:       map[string]string{key: text},
		}
		return func() error { return c.cluster.create(ctx, mapResource, m, &corev1.ConfigMap{}) }
	}
	if m.Data == nil {
		m.Data = map[string]string{}
	}
	m.Data[key] = text
	evict(m.Data, key)
	return func() error { return c.cluster.update(ctx, mapResource, cache, m, &corev1.ConfigMap{}) }
}

// evict takes the oldest entries away until the rest fits, but not the newest.
func evict(data map[string]string, newest string) {
	size := 0
	for key, text := range data {
		size += len(key) + len(text)
	}
	if size <= maxCache {
		return
	}
	age := func(key string) time.Time {
		var entry cached
		_ = json.Unmarshal([]byte(data[key]), &entry) // what cannot be read counts as the oldest
		return entry.Created
	}
	keys := slices.SortedFunc(maps.Keys(data), func(a, b string) int { return age(a).Compare(age(b)) })
	for _, key := range keys {
		if size <= maxCache {
			return
		}
		if key != newest {
			size -= len(key) + len(data[key])
			delete(data, key)
		}
	}
}
