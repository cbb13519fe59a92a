package api

import (
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// WorkflowSpec is what a workflow does and how.
type WorkflowSpec struct {
	// The steps, graphs and containers that make up the workflow, each with a name of its own.
	Templates []Template `json:"templates,omitempty" crd:"maxItems=200"`
	// Name of the template to start with.
	Entrypoint string `json:"entrypoint,omitempty"`
	// Values for the whole workflow, read as {{workflow.parameters.NAME}}; also the inputs of the entrypoint.
	Arguments Arguments `json:"arguments,omitempty"`
	// Service account of all Pods; default is the one named default.
	ServiceAccountName string `json:"serviceAccountName,omitempty"`
	// Whether Pods get a token for the Kubernetes API; without it executor.serviceAccountName is needed.
	AutomountServiceAccountToken *bool `json:"automountServiceAccountToken,omitempty"`
	// Settings of the executor that runs beside every step.
	Executor *ExecutorConfig `json:"executor,omitempty"`
	// Volumes that the containers of any template may mount.
	Volumes []corev1.Volume `json:"volumes,omitempty"`
	// Claims that are created when the workflow starts, removed when it ends, and mounted by their name.
	VolumeClaimTemplates []corev1.PersistentVolumeClaim `json:"volumeClaimTemplates,omitempty"`
	// How many Pods of the workflow may run at the same time.
	Parallelism *int64 `json:"parallelism,omitempty" crd:"min=1"`
	// ConfigMap with the artifact repository to use.
	ArtifactRepositoryRef *ArtifactRepositoryRef `json:"artifactRepositoryRef,omitempty"`
	// true holds the workflow: no further step starts until it is resumed.
	Suspend *bool `json:"suspend,omitempty"`
	// Labels that a node must have to run Pods of the workflow; templates may set their own.
	NodeSelector map[string]string `json:"nodeSelector,omitempty"`
	// Which nodes Pods prefer or need; templates may set their own.
	Affinity *corev1.Affinity `json:"affinity,omitempty"`
	// Taints of nodes that Pods put up with.
	Tolerations []corev1.Toleration `json:"tolerations,omitempty"`
	// Secrets with credentials for image registries.
	ImagePullSecrets []corev1.LocalObjectReference `json:"imagePullSecrets,omitempty"`
	// true puts Pods into the network of their node.
	HostNetwork *bool `json:"hostNetwork,omitempty"`
	// How Pods look up names: ClusterFirst, ClusterFirstWithHostNet, Default or None.
	DNSPolicy *corev1.DNSPolicy `json:"dnsPolicy,omitempty"`
	// Name servers and search domains of Pods, added to those of dnsPolicy.
	DNSConfig *corev1.PodDNSConfig `json:"dnsConfig,omitempty"`
	// Name of the template that runs at the end, whatever the outcome.
	OnExit string `json:"onExit,omitempty"`
	// When to delete the workflow after its end.
	TTLStrategy *TTLStrategy `json:"ttlStrategy,omitempty"`
	// Seconds after which the workflow is stopped and fails; 0 stops it at once.
	ActiveDeadlineSeconds *int64 `json:"activeDeadlineSeconds,omitempty"`
	// Rank among workflows that wait for a lock or a free place; the higher goes first.
	Priority *int32 `json:"priority,omitempty"`
	// Scheduler that places the Pods; templates may name another.
	SchedulerName string `json:"schedulerName,omitempty"`
	// When finished Pods are deleted.
	PodGC *PodGC `json:"podGC,omitempty"`
	// PriorityClass of the Pods.
	PodPriorityClassName string `json:"podPriorityClassName,omitempty"`
	// Lines for /etc/hosts of the Pods.
	HostAliases []corev1.HostAlias `json:"hostAliases,omitempty"`
	// Users, groups and kernel settings of the Pods.
	SecurityContext *corev1.PodSecurityContext `json:"securityContext,omitempty"`
	// Strategic merge patch, in YAML or JSON, laid over the spec of every Pod; {{...}} is filled in first.
	PodSpecPatch string `json:"podSpecPatch,omitempty"`
	// How many Pods of the workflow may be down for maintenance at the same time.
	PodDisruptionBudget *policyv1.PodDisruptionBudgetSpec `json:"podDisruptionBudget,omitempty"`
	// Prometheus metrics about the whole workflow.
	Metrics *Metrics `json:"metrics,omitempty"`
	// Stop or Terminate asks for an early end; set by the command line, not by hand.
	Shutdown string `json:"shutdown,omitempty"`
	// The WorkflowTemplate or ClusterWorkflowTemplate to run; templates must then be empty.
	WorkflowTemplateRef *WorkflowTemplateRef `json:"workflowTemplateRef,omitempty"`
	// Locks the workflow must hold while it runs.
	Synchronization *Synchronization `json:"synchronization,omitempty"`
	// When the claims of volumeClaimTemplates are deleted.
	VolumeClaimGC *VolumeClaimGC `json:"volumeClaimGC,omitempty"`
	// How failed steps are tried again, for all templates that do not say so themselves.
	RetryStrategy *RetryStrategy `json:"retryStrategy,omitempty" context:"crd"`
	// Labels and annotations of all Pods.
	PodMetadata *Metadata `json:"podMetadata,omitempty"`
	// Values for fields that templates leave out.
	TemplateDefaults *Template `json:"templateDefaults,omitempty" context:"crd"`
	// Whether logs of all steps are kept as artifacts; templates may say otherwise.
	ArchiveLogs *bool `json:"archiveLogs,omitempty"`
	// Templates to run on the way, by name of the hook: exit runs at the end, any other when its expression turns true.
	Hooks map[string]LifecycleHook `json:"hooks,omitempty"`
	// Labels and annotations that the workflow gives itself when it starts.
	WorkflowMetadata *WorkflowMetadata `json:"workflowMetadata,omitempty"`
	// When artifacts of the workflow are deleted.
	ArtifactGC *WorkflowLevelArtifactGC `json:"artifactGC,omitempty"`
	// Executor plugins this workflow brings along.
	ExecutorPlugins []ExecutorPlugin `json:"executorPlugins,omitempty"`
	// Resources of all Pods as a whole, beside those of their containers.
	PodResources *corev1.ResourceRequirements `json:"podResources,omitempty"`
	// Devices that Pods claim through dynamic resource allocation.
	ResourceClaims []corev1.PodResourceClaim `json:"resourceClaims,omitempty"`
}

// WorkflowTemplateRef names a WorkflowTemplate or a ClusterWorkflowTemplate.
type WorkflowTemplateRef struct {
	// Name of the resource.
	Name string `json:"name,omitempty"`
	// true means a ClusterWorkflowTemplate; default is a WorkflowTemplate of the same namespace.
	ClusterScope bool `json:"clusterScope,omitempty"`
}

// WorkflowMetadata is what a workflow adds to its own metadata.
type WorkflowMetadata struct {
	// Labels to set.
	Labels map[string]string `json:"labels,omitempty"`
	// Annotations to set.
	Annotations map[string]string `json:"annotations,omitempty"`
	// Labels whose values are worked out when the workflow starts, by label.
	LabelsFrom map[string]LabelValueFrom `json:"labelsFrom,omitempty"`
}

// LabelValueFrom works out the value of a label.
type LabelValueFrom struct {
	// Expression that gives the value, such as workflow.parameters.team.
	Expression string `json:"expression"`
}

// Metadata is labels and annotations of a Pod.
type Metadata struct {
	// Annotations to set.
	Annotations map[string]string `json:"annotations,omitempty"`
	// Labels to set.
	Labels map[string]string `json:"labels,omitempty"`
}

// ExecutorConfig is settings of the executor that runs beside every step.
type ExecutorConfig struct {
	// Service account whose token the executor uses.
	ServiceAccountName string `json:"serviceAccountName,omitempty"`
}

// ArtifactRepositoryRef names an artifact repository.
type ArtifactRepositoryRef struct {
	// Name of the ConfigMap; default artifact-repositories.
	ConfigMap string `json:"configMap,omitempty"`
	// Key of the ConfigMap; default is its annotation workflows.argoproj.io/default-artifact-repository.
	Key string `json:"key,omitempty"`
}

// TTLStrategy says when a finished workflow is deleted.
type TTLStrategy struct {
	// Seconds after any end.
	SecondsAfterCompletion *int32 `json:"secondsAfterCompletion,omitempty"`
	// Seconds after success.
	SecondsAfterSuccess *int32 `json:"secondsAfterSuccess,omitempty"`
	// Seconds after failure.
	SecondsAfterFailure *int32 `json:"secondsAfterFailure,omitempty"`
}

// PodGC says when finished Pods are deleted.
type PodGC struct {
	// The moment: when a Pod ends or succeeds, or when the workflow ends or succeeds.
	Strategy string `json:"strategy,omitempty" values:"|OnPodCompletion|OnPodSuccess|OnWorkflowCompletion|OnWorkflowSuccess" checked:"lint"`
	// Only Pods with these labels are deleted.
	LabelSelector *metav1.LabelSelector `json:"labelSelector,omitempty"`
	// How long to wait before deleting: seconds, or a duration such as 2m30s.
	DeleteDelayDuration string `json:"deleteDelayDuration,omitempty"`
}

// VolumeClaimGC says when claims of a workflow are deleted.
type VolumeClaimGC struct {
	// The moment: when the workflow succeeds (default) or when it ends.
	Strategy string `json:"strategy,omitempty" values:"|OnWorkflowCompletion|OnWorkflowSuccess" checked:"run"`
}

// ArtifactGC says when artifacts are deleted.
type ArtifactGC struct {
	// The moment: when the workflow ends, when it is deleted, or never (default).
	Strategy string `json:"strategy,omitempty" values:"|OnWorkflowCompletion|OnWorkflowDeletion|Never" checked:"crd"`
	// Labels and annotations of the Pods that delete.
	PodMetadata *Metadata `json:"podMetadata,omitempty"`
	// Service account of the Pods that delete.
	ServiceAccountName string `json:"serviceAccountName,omitempty"`
}

// WorkflowLevelArtifactGC says when artifacts of a workflow are deleted.
type WorkflowLevelArtifactGC struct {
	ArtifactGC `json:",inline"`
	// true lets the workflow be deleted although deleting its artifacts failed.
	ForceFinalizerRemoval bool `json:"forceFinalizerRemoval,omitempty"`
	// Strategic merge patch laid over the spec of the Pods that delete.
	PodSpecPatch string `json:"podSpecPatch,omitempty"`
}

// ExecutorPlugin is an executor plugin that a workflow brings along.
type ExecutorPlugin struct {
	// Name of the plugin.
	Metadata metav1.ObjectMeta `json:"metadata"`
	// How to run it.
	Spec ExecutorPluginSpec `json:"spec"`
}

// ExecutorPluginSpec says how an executor plugin runs.
type ExecutorPluginSpec struct {
	// The container that serves the plugin.
	Sidecar ExecutorPluginSidecar `json:"sidecar"`
}

// ExecutorPluginSidecar is the container of an executor plugin.
type ExecutorPluginSidecar struct {
	// Whether the plugin gets a token for the Kubernetes API.
	AutomountServiceAccountToken bool `json:"automountServiceAccountToken,omitempty"`
	// The container; it must have one port, requests, limits and a security context.
	Container corev1.Container `json:"container"`
}

// Synchronization is the locks that a workflow or template must hold while it runs.
type Synchronization struct {
	// Locks with a number of places; all are taken.
	Semaphores []*SemaphoreRef `json:"semaphores,omitempty"`
	// Locks with one place; all are taken.
	Mutexes []*Mutex `json:"mutexes,omitempty"`
}

// SemaphoreRef names a semaphore.
type SemaphoreRef struct {
	// Key of a ConfigMap whose value is the number of places.
	ConfigMapKeyRef *corev1.ConfigMapKeySelector `json:"configMapKeyRef,omitempty"`
	// Namespace of the semaphore; default is that of the workflow.
	Namespace string `json:"namespace,omitempty"`
	// A semaphore kept in the controller's database, instead of configMapKeyRef.
	Database *SyncDatabaseRef `json:"database,omitempty"`
}

// SyncDatabaseRef names a semaphore of the controller's database.
type SyncDatabaseRef struct {
	// Key of the semaphore.
	Key string `json:"key"`
}

// Mutex names a lock that one holder at a time may have.
type Mutex struct {
	// Name of the lock; {{...}} is filled in.
	Name string `json:"name,omitempty"`
	// Namespace of the lock; default is that of the workflow.
	Namespace string `json:"namespace,omitempty"`
	// true keeps the lock in the controller's database, shared by several controllers.
	Database bool `json:"database,omitempty"`
}

// Metrics is Prometheus metrics that a workflow or template reports when it ends.
type Metrics struct {
	// The metrics.
	Prometheus []*Prometheus `json:"prometheus" crd:"required,maxItems=100"`
}

// Prometheus is one metric: exactly one of gauge, histogram and counter.
type Prometheus struct {
	// Name of the metric: letters, digits and underscores.
	Name string `json:"name"`
	// Labels of the metric.
	Labels []*MetricLabel `json:"labels,omitempty"`
	// What the metric means, in a sentence.
	Help string `json:"help"`
	// Condition for the metric to be reported, such as {{status}} == Failed.
	When string `json:"when,omitempty"`
	// A value that goes up and down.
	Gauge *Gauge `json:"gauge,omitempty"`
	// A count of values by size.
	Histogram *Histogram `json:"histogram,omitempty"`
	// A value that only grows.
	Counter *Counter `json:"counter,omitempty"`
}

// MetricLabel is one label of a metric.
type MetricLabel struct {
	// Name of the label: letters, digits and underscores.
	Key string `json:"key"`
	// Value of the label; {{...}} is filled in.
	Value string `json:"value"`
}

// Gauge is a metric that goes up and down.
type Gauge struct {
	// The number, usually a variable such as {{duration}}.
	Value string `json:"value"`
	// true reports while the step runs; the value must then be {{workflow.duration}} or {{duration}}.
	Realtime *bool `json:"realtime" crd:"required"`
	// What to do with the value: Set (default), Add or Sub.
	Operation string `json:"operation,omitempty" values:"|Set|Add|Sub" checked:"crd"`
}

// Histogram is a metric that counts values by size.
type Histogram struct {
	// The number, usually a variable such as {{duration}}.
	Value string `json:"value"`
	// Upper bounds of the buckets.
	Buckets []Amount `json:"buckets" crd:"required"`
}

// Counter is a metric that only grows.
type Counter struct {
	// The number to add.
	Value string `json:"value"`
}
