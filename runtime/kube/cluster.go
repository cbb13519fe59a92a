package kube

import (
	"context"
	"fmt"
	"time"

	authorizationv1 "k8s.io/api/authorization/v1"
	batchv1 "k8s.io/api/batch/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/rest"
	"k8s.io/klog/v2"
)

// A Cluster is one namespace of a cluster, in which runs live.
type Cluster struct {
	Host      string
	Namespace string

	core, coordination, batch, policy, authorization rest.Interface
	parameters                                       runtime.ParameterCodec
	clock                                            *clock
	logSilence                                       time.Duration // after which a log that is read is given up
	outlasting                                       bool
}

// The resources that runs are made of.
const (
	podResource    = "pods"
	eventResource  = "events"
	mapResource    = "configmaps"
	secretResource = "secrets"
	claimResource  = "persistentvolumeclaims"
	leaseResource  = "leases"
	jobResource    = "jobs"
	budgetResource = "poddisruptionbudgets"
)

// Connect prepares to talk to the cluster. Nothing is asked yet.
func (a Access) Connect() (*Cluster, error) {
	config, namespace, err := a.config()
	if err != nil {
		return nil, err
	}
	config.Timeout = 0 // watches last; other requests have a deadline of their own
	config.WarningHandlerWithContext = rest.NoWarnings{}
	return newCluster(config, namespace)
}

func newCluster(config *rest.Config, namespace string) (*Cluster, error) {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		corev1.AddToScheme, coordinationv1.AddToScheme, batchv1.AddToScheme, policyv1.AddToScheme, authorizationv1.AddToScheme,
	} {
		if err := add(scheme); err != nil {
			return nil, err
		}
	}
	clock := newClock()
	config = rest.CopyConfig(config)
	config.Wrap(clock.learn)
	codecs := serializer.NewCodecFactory(scheme)
	client := func(path string, group schema.GroupVersion) (rest.Interface, error) {
		c := rest.CopyConfig(config)
		c.APIPath, c.GroupVersion = path, &group
		c.NegotiatedSerializer = codecs.WithoutConversion()
		c.ContentType = runtime.ContentTypeProtobuf
		c.AcceptContentTypes = runtime.ContentTypeProtobuf + "," + runtime.ContentTypeJSON
		return rest.RESTClientFor(c)
	}
	c := &Cluster{Host: config.Host, Namespace: namespace, parameters: runtime.NewParameterCodec(scheme), clock: clock, logSilence: logSilence}
	var err error
	if c.core, err = client("/api", corev1.SchemeGroupVersion); err == nil {
		c.coordination, err = client("/apis", coordinationv1.SchemeGroupVersion)
	}
	if err == nil {
		c.batch, err = client("/apis", batchv1.SchemeGroupVersion)
	}
	if err == nil {
		c.policy, err = client("/apis", policyv1.SchemeGroupVersion)
	}
	if err == nil {
		c.authorization, err = client("/apis", authorizationv1.SchemeGroupVersion)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot reach the cluster: %w", err)
	}
	return c, nil
}

// in is the same cluster with another namespace in view; "" changes nothing.
func (c *Cluster) in(namespace string) *Cluster {
	if namespace == "" || namespace == c.Namespace {
		return c
	}
	other := *c
	other.Namespace = namespace
	return &other
}

// Outlasting is the same cluster for those who drive runs: a single object is asked
// for again as long as the cluster is out of reach, so that no step fails over it.
func (c *Cluster) Outlasting() *Cluster {
	other := *c
	other.outlasting = true
	return &other
}

func (c *Cluster) client(resource string) rest.Interface {
	switch resource {
	case leaseResource:
		return c.coordination
	case jobResource:
		return c.batch
	case budgetResource:
		return c.policy
	}
	return c.core
}

// quiet keeps client-go from logging what it returns as an error anyway.
func quiet(ctx context.Context) context.Context { return klog.NewContext(ctx, klog.Logger{}) }

// patient bounds one request.
func patient(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(quiet(ctx), patience)
}

// create makes an object; what the API server made of it goes into "into".
func (c *Cluster) create(ctx context.Context, resource string, object, into runtime.Object) error {
	ctx, cancel := patient(ctx)
	defer cancel()
	q := c.client(resource).Post().Namespace(c.Namespace).Resource(resource).
		VersionedParams(&metav1.CreateOptions{FieldManager: FieldManager}, c.parameters).Body(object)
	if resource == podResource {
		q = q.MaxRetries(0) // the gate has to hear of every answer
	}
	return q.Do(ctx).Into(into)
}

func (c *Cluster) get(ctx context.Context, resource, name string, into runtime.Object) error {
	ask := func() error {
		ctx, cancel := patient(ctx)
		defer cancel()
		return c.client(resource).Get().Namespace(c.Namespace).Resource(resource).Name(name).Do(ctx).Into(into)
	}
	if c.outlasting {
		return outlast(ctx, deniedPatience, ask)
	}
	return ask()
}

// update replaces an object, if it is still in the version that was read.
func (c *Cluster) update(ctx context.Context, resource, name string, object, into runtime.Object) error {
	ctx, cancel := patient(ctx)
	defer cancel()
	return c.client(resource).Put().Namespace(c.Namespace).Resource(resource).Name(name).
		VersionedParams(&metav1.UpdateOptions{FieldManager: FieldManager}, c.parameters).
		Body(object).Do(ctx).Into(into)
}

func (c *Cluster) patch(ctx context.Context, resource, name string, patch []byte) error {
	ctx, cancel := patient(ctx)
	defer cancel()
	return c.client(resource).Patch(types.MergePatchType).Namespace(c.Namespace).Resource(resource).Name(name).
		VersionedParams(&metav1.PatchOptions{FieldManager: FieldManager}, c.parameters).Body(patch).Do(ctx).Error()
}

// delete deletes the object with a UID, and no other of its name; with "" it is
// the name that counts.
func (c *Cluster) delete(ctx context.Context, resource, name string, uid types.UID) error {
	ctx, cancel := patient(ctx)
	defer cancel()
	background := metav1.DeletePropagationBackground
	options := &metav1.DeleteOptions{PropagationPolicy: &background}
	if uid != "" {
		options.Preconditions = &metav1.Preconditions{UID: &uid}
	}
	return c.client(resource).Delete().Namespace(c.Namespace).Resource(resource).Name(name).Body(options).Do(ctx).Error()
}

// A listObject is a pointer to a list of objects.
type listObject[L any] interface {
	*L
	runtime.Object
	metav1.ListInterface
}

// list shows each the objects that a selector fits, page by page. It returns the
// version as of which they were read.
func list[L any, P listObject[L]](ctx context.Context, c *Cluster, resource, selector string, each func(P)) (version string, err error) {
	options := metav1.ListOptions{LabelSelector: selector, Limit: 2 * page}
	for {
		var into P = new(L)
		if err := c.listPage(ctx, resource, &options, into); err != nil {
			return "", err
		}
		each(into)
		if version == "" {
			version = into.GetResourceVersion()
		}
		if options.Continue = into.GetContinue(); options.Continue == "" {
			return version, nil
		}
	}
}

func (c *Cluster) listPage(ctx context.Context, resource string, options *metav1.ListOptions, into runtime.Object) error {
	ctx, cancel := patient(ctx)
	defer cancel()
	return c.client(resource).Get().Namespace(c.Namespace).Resource(resource).VersionedParams(options, c.parameters).Do(ctx).Into(into)
}

// watch follows the objects that a selector fits from a version on, for at most
// some seconds.
func (c *Cluster) watch(ctx context.Context, resource, selector, version string, seconds int64) (watch.Interface, error) {
	return c.client(resource).Get().Namespace(c.Namespace).Resource(resource).VersionedParams(&metav1.ListOptions{
		LabelSelector: selector, ResourceVersion: version, Watch: true, AllowWatchBookmarks: true, TimeoutSeconds: &seconds,
	}, c.parameters).Watch(quiet(ctx))
}
