package api

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// Arguments is values given to a workflow, a template or a hook.
type Arguments struct {
	// Parameters by name.
	Parameters []Parameter `json:"parameters,omitempty"`
	// Artifacts by name.
	Artifacts []Artifact `json:"artifacts,omitempty"`
}

// Template is one thing a workflow can do. Exactly one of steps, container,
// containerSet, script, resource, dag, suspend, data, http and plugin says what.
type Template struct {
	// Name by which steps, tasks and the entrypoint call it.
	Name string `json:"name,omitempty"`
	// Parameters and artifacts that a caller passes in.
	Inputs Inputs `json:"inputs,omitempty"`
	// Parameters and artifacts that later steps can use.
	Outputs Outputs `json:"outputs,omitempty"`
	// Labels that a node must have to run the Pod.
	NodeSelector map[string]string `json:"nodeSelector,omitempty"`
	// Which nodes the Pod prefers or needs.
	Affinity *corev1.Affinity `json:"affinity,omitempty"`
	// Labels and annotations of the Pod.
	Metadata Metadata `json:"metadata,omitempty"`
	// true goes on with the next step as soon as the Pod is ready, and ends the Pod with its scope.
	Daemon *bool `json:"daemon,omitempty"`
	// Groups of steps: groups run one after another, the steps of a group at the same time.
	Steps []ParallelSteps `json:"steps,omitempty" crd:"minItems=1"`
	// One container.
	Container *corev1.Container `json:"container,omitempty"`
	// Several containers of one Pod, in an order of their own.
	ContainerSet *ContainerSetTemplate `json:"containerSet,omitempty"`
	// One container that runs a script; what it prints is its result.
	Script *ScriptTemplate `json:"script,omitempty"`
	// Something done to a Kubernetes object.
	Resource *ResourceTemplate `json:"resource,omitempty"`
	// Tasks that run as soon as the tasks they depend on are done.
	DAG *DAGTemplate `json:"dag,omitempty"`
	// A wait for a time or for somebody to go on.
	Suspend *SuspendTemplate `json:"suspend,omitempty"`
	// Lists files of an artifact store and turns the list into a result.
	Data *Data `json:"data,omitempty"`
	// One HTTP request.
	HTTP *HTTP `json:"http,omitempty"`
	// Run by an executor plugin.
	Plugin *Plugin `json:"plugin,omitempty"`
	// Volumes that the containers of this template may mount, beside those of the workflow.
	Volumes []corev1.Volume `json:"volumes,omitempty"`
	// Containers that run, one after another, before the main container.
	InitContainers []UserContainer `json:"initContainers,omitempty"`
	// Containers that run beside the main container and end with it.
	Sidecars []UserContainer `json:"sidecars,omitempty"`
	// Where outputs without a location of their own are stored, and whether logs are.
	ArchiveLocation *ArtifactLocation `json:"archiveLocation,omitempty"`
	// Seconds after which the Pod is stopped and the step fails; counted per attempt.
	ActiveDeadlineSeconds *intstr.IntOrString `json:"activeDeadlineSeconds,omitempty"`
	// How the step is tried again when it fails.
	RetryStrategy *RetryStrategy `json:"retryStrategy,omitempty"`
	// How many steps or tasks directly below may run at the same time; only for steps and dag.
	Parallelism *int64 `json:"parallelism,omitempty" crd:"min=1"`
	// Whether a failed item of a loop or failed task keeps further ones from starting.
	FailFast *bool `json:"failFast,omitempty"`
	// Taints of nodes that the Pod puts up with.
	Tolerations []corev1.Toleration `json:"tolerations,omitempty"`
	// Scheduler that places the Pod.
	SchedulerName string `json:"schedulerName,omitempty"`
	// PriorityClass of the Pod.
	PriorityClassName string `json:"priorityClassName,omitempty"`
	// Service account of the Pod, instead of that of the workflow.
	ServiceAccountName string `json:"serviceAccountName,omitempty"`
	// Whether the Pod gets a token for the Kubernetes API.
	AutomountServiceAccountToken *bool `json:"automountServiceAccountToken,omitempty"`
	// Settings of the executor that runs beside the step.
	Executor *ExecutorConfig `json:"executor,omitempty"`
	// Lines for /etc/hosts of the Pod.
	HostAliases []corev1.HostAlias `json:"hostAliases,omitempty"`
	// Users, groups and kernel settings of the Pod.
	SecurityContext *corev1.PodSecurityContext `json:"securityContext,omitempty"`
	// Strategic merge patch, in YAML or JSON, laid over the Pod's spec; {{...}} is filled in first, so it also sets numbers and quantities.
	PodSpecPatch string `json:"podSpecPatch,omitempty"`
	// Prometheus metrics about this template.
	Metrics *Metrics `json:"metrics,omitempty"`
	// Locks the template must hold while it runs.
	Synchronization *Synchronization `json:"synchronization,omitempty"`
	// Reuses outputs of an earlier run with the same key.
	Memoize *Memoize `json:"memoize,omitempty"`
	// Longest time for the step, waiting and all retries included, such as 90s or 1h.
	Timeout string `json:"timeout,omitempty"`
	// Annotations of the step in the workflow's status.
	Annotations map[string]string `json:"annotations,omitempty"`
	// Longest time that the Pod may wait to start, such as 5m.
	PendingTimeout string `json:"pendingTimeout,omitempty"`
	// Resources of the Pod as a whole, beside those of its containers.
	PodResources *corev1.ResourceRequirements `json:"podResources,omitempty"`
	// Devices that the Pod claims through dynamic resource allocation.
	ResourceClaims []corev1.PodResourceClaim `json:"resourceClaims,omitempty"`
}

// Inputs is what a template takes.
type Inputs struct {
	// Parameters, read as {{inputs.parameters.NAME}}.
	Parameters []Parameter `json:"parameters,omitempty" crd:"maxItems=500"`
	// Artifacts, placed at their path before the container starts.
	Artifacts []Artifact `json:"artifacts,omitempty"`
}

// Outputs is what a template gives.
type Outputs struct {
	// Parameters, read as {{steps.STEP.outputs.parameters.NAME}} or {{tasks.TASK.outputs.parameters.NAME}}.
	Parameters []Parameter `json:"parameters,omitempty"`
	// Files and folders to store.
	Artifacts []Artifact `json:"artifacts,omitempty"`
	// What the step printed; written by the controller.
	Result *string `json:"result,omitempty"`
	// Exit code of the main container; written by the controller.
	ExitCode *string `json:"exitCode,omitempty"`
}

// Parameter is a named text.
type Parameter struct {
	// Name of the parameter.
	Name string `json:"name"`
	// Value of an input that no caller sets.
	Default *AnyString `json:"default,omitempty"`
	// The value; numbers and booleans become text.
	Value *AnyString `json:"value,omitempty"`
	// Where the value comes from instead.
	ValueFrom *ValueFrom `json:"valueFrom,omitempty"`
	// Also makes an output known as {{workflow.outputs.parameters.GLOBALNAME}}.
	GlobalName string `json:"globalName,omitempty"`
	// The values that a person may choose from.
	Enum []AnyString `json:"enum,omitempty"`
	// What the parameter means, for people.
	Description *AnyString `json:"description,omitempty"`
}

// ValueFrom is where the value of a parameter comes from.
type ValueFrom struct {
	// File in the main container whose content is the value.
	Path string `json:"path,omitempty"`
	// JSONPath into the object of a resource template, such as {.status.phase}.
	JSONPath string `json:"jsonPath,omitempty"`
	// jq filter over the object of a resource template.
	JQFilter string `json:"jqFilter,omitempty"`
	// Expression over an event, such as payload.message; only in a WorkflowEventBinding.
	Event string `json:"event,omitempty"`
	// Output of a step or task inside this template, such as {{steps.a.outputs.result}}.
	Parameter string `json:"parameter,omitempty"`
	// Given by a person or a program while a suspend step waits.
	Supplied *SuppliedValueFrom `json:"supplied,omitempty"`
	// Key of a ConfigMap.
	ConfigMapKeyRef *corev1.ConfigMapKeySelector `json:"configMapKeyRef,omitempty"`
	// Value to use when the place above has none.
	Default *AnyString `json:"default,omitempty"`
	// Expression over outputs of the steps or tasks inside this template.
	Expression string `json:"expression,omitempty"`
}

// SuppliedValueFrom has no fields.
type SuppliedValueFrom struct{}

// ContainerSetTemplate is several containers that share a Pod.
type ContainerSetTemplate struct {
	// The containers; inputs and outputs need one named main.
	Containers []ContainerNode `json:"containers"`
	// Mounts of all containers.
	VolumeMounts []corev1.VolumeMount `json:"volumeMounts,omitempty"`
	// How a container that fails is tried again inside the same Pod.
	RetryStrategy *ContainerSetRetryStrategy `json:"retryStrategy,omitempty"`
}

// ContainerNode is one container of a set.
type ContainerNode struct {
	corev1.Container `json:",inline"`
	// Names of containers that must have succeeded before this one starts.
	Dependencies []string `json:"dependencies,omitempty"`
}

// ContainerSetRetryStrategy says how containers of a set are tried again.
type ContainerSetRetryStrategy struct {
	// Time between attempts, such as 30s.
	Duration string `json:"duration,omitempty"`
	// How often to try again.
	Retries *intstr.IntOrString `json:"retries" crd:"required"`
}

// UserContainer is a container beside the main one.
type UserContainer struct {
	corev1.Container `json:",inline"`
	// true mounts the volumes of the main container, artifacts included, at the same places.
	MirrorVolumeMounts *bool `json:"mirrorVolumeMounts,omitempty"`
}

// ScriptTemplate is a container that runs a script.
type ScriptTemplate struct {
	corev1.Container `json:",inline"`
	// The script; command, such as [python3], is given the name of a file that holds it.
	Source string `json:"source"`
}

// ResourceTemplate does something to a Kubernetes object and can wait for it.
type ResourceTemplate struct {
	// What to do to the object.
	Action string `json:"action" values:"get|create|apply|delete|replace|patch" checked:"lint" crd:"literal"`
	// How a patch is merged: strategic (default), merge or json.
	MergeStrategy string `json:"mergeStrategy,omitempty" values:"strategic|merge|json" checked:"crd"`
	// The object, or for delete and get its kind and name, as YAML or JSON text.
	Manifest string `json:"manifest,omitempty"`
	// An input artifact that holds the object, instead of manifest.
	ManifestFrom *ManifestFrom `json:"manifestFrom,omitempty"`
	// true makes the workflow the owner, so that the object is deleted with it.
	SetOwnerReference bool `json:"setOwnerReference,omitempty"`
	// Label selector over fields of the object that means success, such as status.succeeded > 0.
	SuccessCondition string `json:"successCondition,omitempty"`
	// Label selector over fields of the object that means failure.
	FailureCondition string `json:"failureCondition,omitempty"`
	// Further arguments for kubectl.
	Flags []string `json:"flags,omitempty"`
}

// ManifestFrom is where a resource template reads its object.
type ManifestFrom struct {
	// The input artifact, by name.
	Artifact *Artifact `json:"artifact"`
}

// SuspendTemplate waits.
type SuspendTemplate struct {
	// How long: seconds, or a duration such as 2h; without it until somebody goes on.
	Duration string `json:"duration,omitempty"`
}

// Data lists something and transforms the list.
type Data struct {
	// What to list.
	Source DataSource `json:"source"`
	// What to make of the list, one step after another.
	Transformation []TransformationStep `json:"transformation" crd:"required"`
}

// DataSource is what a data template lists.
type DataSource struct {
	// Paths below a key of an artifact store.
	ArtifactPaths *ArtifactPaths `json:"artifactPaths,omitempty"`
}

// ArtifactPaths is a place in an artifact store whose files are listed.
type ArtifactPaths struct {
	Artifact `json:",inline"`
}

// TransformationStep is one step of a transformation.
type TransformationStep struct {
	// Expression over data, the list so far, such as filter(data, {# endsWith ".csv"}).
	Expression string `json:"expression"`
}

// HTTP is one HTTP request.
type HTTP struct {
	// Method; default GET.
	Method string `json:"method,omitempty"`
	// Address; {{...}} is filled in.
	URL string `json:"url"`
	// Headers of the request.
	Headers []HTTPHeader `json:"headers,omitempty"`
	// Seconds after which the request fails; default 30.
	TimeoutSeconds *int64 `json:"timeoutSeconds,omitempty"`
	// Expression over request and response that means success, such as response.statusCode < 300.
	SuccessCondition string `json:"successCondition,omitempty"`
	// Body of the request.
	Body string `json:"body,omitempty"`
	// Body of the request as bytes, instead of body.
	BodyFrom *HTTPBodySource `json:"bodyFrom,omitempty"`
	// true trusts any certificate.
	InsecureSkipVerify bool `json:"insecureSkipVerify,omitempty"`
}

// HTTPHeader is one header of a request.
type HTTPHeader struct {
	// Name of the header.
	Name string `json:"name"`
	// Value of the header.
	Value string `json:"value,omitempty"`
	// Where the value comes from instead.
	ValueFrom *HTTPHeaderSource `json:"valueFrom,omitempty"`
}

// HTTPHeaderSource is where the value of a header comes from.
type HTTPHeaderSource struct {
	// Key of a Secret.
	SecretKeyRef *corev1.SecretKeySelector `json:"secretKeyRef,omitempty"`
}

// HTTPBodySource is the body of a request.
type HTTPBodySource struct {
	// The bytes, in base64.
	Bytes []byte `json:"bytes,omitempty"`
}

// RetryStrategy says how a failed step is tried again.
type RetryStrategy struct {
	// How often to try again; without it there is no limit.
	Limit *intstr.IntOrString `json:"limit,omitempty"`
	// Which ends are tried again; default OnFailure, or Always when expression is set.
	RetryPolicy string `json:"retryPolicy,omitempty" values:"|Always|OnFailure|OnError|OnTransientError" checked:"lint"`
	// Times to wait between attempts.
	Backoff *Backoff `json:"backoff,omitempty"`
	// Keeps attempts away from nodes.
	Affinity *RetryAffinity `json:"affinity,omitempty"`
	// Expression over lastRetry.* that must be true for a further attempt, such as lastRetry.exitCode == "2".
	Expression string `json:"expression,omitempty"`
}

// Backoff is times to wait between attempts.
type Backoff struct {
	// The first wait: seconds, or a duration such as 30s.
	Duration string `json:"duration,omitempty"`
	// What each wait is multiplied by to give the next.
	Factor *intstr.IntOrString `json:"factor,omitempty"`
	// Longest time for all attempts together.
	MaxDuration string `json:"maxDuration,omitempty"`
	// Longest single wait.
	Cap string `json:"cap,omitempty"`
}

// RetryAffinity keeps attempts away from nodes.
type RetryAffinity struct {
	// {} runs no attempt on a node where one has failed.
	NodeAntiAffinity *RetryNodeAntiAffinity `json:"nodeAntiAffinity,omitempty"`
}

// RetryNodeAntiAffinity has no fields.
type RetryNodeAntiAffinity struct{}

// Memoize reuses outputs of an earlier run.
type Memoize struct {
	// What the outputs depend on; equal keys share outputs.
	Key string `json:"key"`
	// Where outputs are kept.
	Cache *Cache `json:"cache"`
	// How old outputs may be, such as 24h; empty means any age.
	MaxAge string `json:"maxAge" crd:"required"`
}

// Cache is where outputs are kept for reuse.
type Cache struct {
	// The ConfigMap, by name; it is made when missing.
	ConfigMap *corev1.LocalObjectReference `json:"configMap"`
}
