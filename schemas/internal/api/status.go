package api

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// WorkflowStatus is what has happened in a run so far.
type WorkflowStatus struct {
	// Pending, Running, Succeeded, Failed or Error.
	Phase string `json:"phase,omitempty"`
	// When the run began.
	StartedAt metav1.Time `json:"startedAt,omitempty"`
	// When the run ended.
	FinishedAt metav1.Time `json:"finishedAt,omitempty"`
	// Seconds the run is expected to take.
	EstimatedDuration int64 `json:"estimatedDuration,omitempty"`
	// Finished steps out of all known steps, as N/M.
	Progress string `json:"progress,omitempty"`
	// Why the run is in its phase.
	Message string `json:"message,omitempty"`
	// nodes, packed.
	CompressedNodes string `json:"compressedNodes,omitempty"`
	// Every step and attempt, by id.
	Nodes map[string]NodeStatus `json:"nodes,omitempty"`
	// Version of nodes in the database.
	OffloadNodeStatusVersion string `json:"offloadNodeStatusVersion,omitempty"`
	// Templates of other resources as they were when first used.
	StoredTemplates map[string]Template `json:"storedTemplates,omitempty"`
	// Claims made for the run.
	PersistentVolumeClaims []corev1.Volume `json:"persistentVolumeClaims,omitempty"`
	// Global outputs.
	Outputs *Outputs `json:"outputs,omitempty"`
	// What is true of the run.
	Conditions []Condition `json:"conditions,omitempty"`
	// Seconds of each resource that was used.
	ResourcesDuration map[string]int64 `json:"resourcesDuration,omitempty"`
	// The spec with what it refers to filled in.
	StoredWorkflowTemplateSpec *WorkflowSpec `json:"storedWorkflowTemplateSpec,omitempty"`
	// Locks held and waited for.
	Synchronization *SynchronizationStatus `json:"synchronization,omitempty"`
	// The artifact repository in use.
	ArtifactRepositoryRef *ArtifactRepositoryRefStatus `json:"artifactRepositoryRef,omitempty"`
	// How far deleting artifacts has come.
	ArtifactGCStatus *ArtGCStatus `json:"artifactGCStatus,omitempty"`
	// Whether the results of a node are in, by node id.
	TaskResultsCompletionStatus map[string]bool `json:"taskResultsCompletionStatus,omitempty"`
}

// NodeStatus is what has happened to one step or attempt.
type NodeStatus struct {
	// Id of the node.
	ID string `json:"id"`
	// Path of the node.
	Name string `json:"name"`
	// Name for people.
	DisplayName string `json:"displayName,omitempty"`
	// Kind of node, such as Pod, Steps or Retry.
	Type string `json:"type"`
	// Template that ran.
	TemplateName string `json:"templateName,omitempty"`
	// Template of another resource that ran.
	TemplateRef *TemplateRef `json:"templateRef,omitempty"`
	// Resource the template belongs to.
	TemplateScope string `json:"templateScope,omitempty"`
	// Pending, Running, Succeeded, Skipped, Failed, Error or Omitted.
	Phase string `json:"phase,omitempty"`
	// Id of the steps or dag node around it.
	BoundaryID string `json:"boundaryID,omitempty"`
	// Why the node is in its phase.
	Message string `json:"message,omitempty"`
	// When the node began.
	StartedAt metav1.Time `json:"startedAt,omitempty"`
	// When the node ended.
	FinishedAt metav1.Time `json:"finishedAt,omitempty"`
	// Seconds the node is expected to take.
	EstimatedDuration int64 `json:"estimatedDuration,omitempty"`
	// Work done out of all work, as N/M.
	Progress string `json:"progress,omitempty"`
	// Seconds of each resource that was used.
	ResourcesDuration map[string]int64 `json:"resourcesDuration,omitempty"`
	// IP address of a daemon.
	PodIP string `json:"podIP,omitempty"`
	// Whether the node is a daemon that still runs.
	Daemoned *bool `json:"daemoned,omitempty"`
	// What kind of call made the node.
	NodeFlag *NodeFlag `json:"nodeFlag,omitempty"`
	// Inputs as they were.
	Inputs *Inputs `json:"inputs,omitempty"`
	// Outputs.
	Outputs *Outputs `json:"outputs,omitempty"`
	// Ids of the nodes that follow.
	Children []string `json:"children,omitempty"`
	// Ids of the last nodes inside.
	OutboundNodes []string `json:"outboundNodes,omitempty"`
	// Name of the machine the Pod ran on.
	HostNodeName string `json:"hostNodeName,omitempty"`
	// Whether outputs were reused.
	MemoizationStatus *MemoizationStatus `json:"memoizationStatus,omitempty"`
	// The lock the node waits for.
	SynchronizationStatus *NodeSynchronizationStatus `json:"synchronizationStatus,omitempty"`
	// Whether the results of the Pod are in.
	TaskResultSynced *bool `json:"taskResultSynced,omitempty"`
	// How often the Pod was started anew because it failed before it ran.
	FailedPodRestarts int32 `json:"failedPodRestarts,omitempty"`
	// UID of the Pod that is being replaced.
	RestartingPodUID string `json:"restartingPodUID,omitempty"`
}

// CronWorkflowStatus is the latest runs of a CronWorkflow.
type CronWorkflowStatus struct {
	// Runs under way.
	Active []corev1.ObjectReference `json:"active"`
	// When a run was last started.
	LastScheduledTime *metav1.Time `json:"lastScheduledTime"`
	// What is true of the schedule.
	Conditions []Condition `json:"conditions"`
	// How many runs succeeded.
	Succeeded int64 `json:"succeeded"`
	// How many runs failed.
	Failed int64 `json:"failed"`
	// Active or Stopped.
	Phase string `json:"phase"`
}

// Condition is something that is true, false or unknown.
type Condition struct {
	// What it is about.
	Type string `json:"type,omitempty"`
	// True, False or Unknown.
	Status string `json:"status,omitempty"`
	// Details.
	Message string `json:"message,omitempty"`
}

// ArtGCStatus is how far deleting artifacts has come.
type ArtGCStatus struct {
	// Strategies that have been started.
	StrategiesProcessed map[string]bool `json:"strategiesProcessed,omitempty"`
	// Pods whose reports are in.
	PodsRecouped map[string]bool `json:"podsRecouped,omitempty"`
	// Whether no artifact is to be deleted.
	NotSpecified bool `json:"notSpecified,omitempty"`
}

// MemoizationStatus is whether outputs were reused.
type MemoizationStatus struct {
	// Whether they were.
	Hit bool `json:"hit"`
	// Key that was looked up.
	Key string `json:"key"`
	// ConfigMap that was looked in.
	CacheName string `json:"cacheName"`
}

// NodeFlag is what kind of call made a node.
type NodeFlag struct {
	// Whether it was a hook.
	Hooked bool `json:"hooked,omitempty"`
	// Whether it was a retry.
	Retried bool `json:"retried,omitempty"`
}

// NodeSynchronizationStatus is the lock that a node waits for.
type NodeSynchronizationStatus struct {
	// Name of the lock.
	Waiting string `json:"waiting,omitempty"`
}

// SynchronizationStatus is locks held and waited for.
type SynchronizationStatus struct {
	// Semaphores.
	Semaphore *SemaphoreStatus `json:"semaphore,omitempty"`
	// Mutexes.
	Mutex *MutexStatus `json:"mutex,omitempty"`
}

// SemaphoreStatus is semaphores held and waited for.
type SemaphoreStatus struct {
	// Semaphores held.
	Holding []SemaphoreHolding `json:"holding,omitempty"`
	// Semaphores waited for.
	Waiting []SemaphoreHolding `json:"waiting,omitempty"`
}

// SemaphoreHolding is one semaphore and its holders.
type SemaphoreHolding struct {
	// Name of the semaphore.
	Semaphore string `json:"semaphore,omitempty"`
	// Nodes that hold it.
	Holders []string `json:"holders,omitempty"`
}

// MutexStatus is mutexes held and waited for.
type MutexStatus struct {
	// Mutexes held.
	Holding []MutexHolding `json:"holding,omitempty"`
	// Mutexes waited for.
	Waiting []MutexHolding `json:"waiting,omitempty"`
}

// MutexHolding is one mutex and its holder.
type MutexHolding struct {
	// Name of the mutex.
	Mutex string `json:"mutex,omitempty"`
	// Node that holds it.
	Holder string `json:"holder,omitempty"`
}

// ArtifactRepositoryRefStatus is the artifact repository in use.
type ArtifactRepositoryRefStatus struct {
	ArtifactRepositoryRef `json:",inline"`
	// Namespace of the ConfigMap.
	Namespace string `json:"namespace,omitempty"`
	// Whether it is the controller's own default.
	Default bool `json:"default,omitempty"`
	// The repository.
	ArtifactRepository *ArtifactRepository `json:"artifactRepository,omitempty"`
}

// ArtifactRepository is a store for artifacts that name none.
type ArtifactRepository struct {
	// Whether logs are stored.
	ArchiveLogs *bool `json:"archiveLogs,omitempty"`
	// A bucket in S3.
	S3 *S3ArtifactRepository `json:"s3,omitempty"`
	// A repository in Artifactory.
	Artifactory *ArtifactoryArtifactRepository `json:"artifactory,omitempty"`
	// A folder in HDFS.
	HDFS *HDFSArtifactRepository `json:"hdfs,omitempty"`
	// A bucket in OSS.
	OSS *OSSArtifactRepository `json:"oss,omitempty"`
	// A bucket in Google Cloud Storage.
	GCS *GCSArtifactRepository `json:"gcs,omitempty"`
	// A container in Azure.
	Azure *AzureArtifactRepository `json:"azure,omitempty"`
	// A plugin.
	Plugin *PluginArtifactRepository `json:"plugin,omitempty"`
}

// S3ArtifactRepository is a bucket in S3 for artifacts.
type S3ArtifactRepository struct {
	S3Bucket `json:",inline"`
	// Pattern of keys; {{...}} is filled in.
	KeyFormat string `json:"keyFormat,omitempty"`
	// Former way to say where keys begin.
	//
	// Deprecated: use keyFormat.
	KeyPrefix string `json:"keyPrefix,omitempty"`
}

// ArtifactoryArtifactRepository is a repository in Artifactory.
type ArtifactoryArtifactRepository struct {
	ArtifactoryAuth `json:",inline"`
	// Address of the repository.
	RepoURL string `json:"repoURL,omitempty"`
	// Pattern of paths; {{...}} is filled in.
	KeyFormat string `json:"keyFormat,omitempty"`
}

// HDFSArtifactRepository is a folder in HDFS.
type HDFSArtifactRepository struct {
	HDFSConfig `json:",inline"`
	// Pattern of paths; {{...}} is filled in.
	PathFormat string `json:"pathFormat,omitempty"`
	// true overwrites files.
	Force bool `json:"force,omitempty"`
}

// OSSArtifactRepository is a bucket in OSS.
type OSSArtifactRepository struct {
	OSSBucket `json:",inline"`
	// Pattern of keys; {{...}} is filled in.
	KeyFormat string `json:"keyFormat,omitempty"`
}

// GCSArtifactRepository is a bucket in Google Cloud Storage.
type GCSArtifactRepository struct {
	GCSBucket `json:",inline"`
	// Pattern of keys; {{...}} is filled in.
	KeyFormat string `json:"keyFormat,omitempty"`
}

// AzureArtifactRepository is a container in Azure.
type AzureArtifactRepository struct {
	AzureBlobContainer `json:",inline"`
	// Pattern of blob names; {{...}} is filled in.
	BlobNameFormat string `json:"blobNameFormat,omitempty"`
}

// PluginArtifactRepository is a plugin that stores artifacts.
type PluginArtifactRepository struct {
	// Name of the plugin.
	Name string `json:"name"`
	// Pattern of keys; {{...}} is filled in.
	KeyFormat string `json:"keyFormat,omitempty"`
	// Settings for the plugin, as text.
	Configuration string `json:"configuration"`
}
