// Package api describes the manifests that weft reads as Go types.
//
// Nothing decodes into these types. They are the one place where names, order,
// shapes and meaning of all fields are written down; the generator next door
// turns them into JSON Schemas, the table of the structural walk and the field
// table of the .weft language.
//
// The order of the fields is the order in which they are written as JSON. A tag
// without omitempty means that the field is written even when it is empty.
// Further struct tags:
//
//	values:"A|B"   the only values there are; an empty first one ("|A|B") allows ""
//	checked:"lint" who refuses other values: lint (the reference's linter), crd
//	               (the API server, through the CRD) or run (the controller)
//	crd:"max=5"    limits that only the CRD knows: min, max (of a number),
//	               minItems, maxItems, required, literal (no {{...}}), noZone (no
//	               TZ= in front)
//	context:"crd"  below this field the linter checks nothing by itself, so that
//	               the CRD is the only one to refuse a value
package api

import (
	"encoding/json"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// AnyString is text that may also be written as a number or a boolean.
type AnyString string

// Amount is a number that may also be written in quotes.
type Amount json.Number

// Item is one value of a loop: text, number, boolean, list or map.
type Item struct{ json.RawMessage }

// Plugin is a map with exactly one key: the name of the plugin that runs the
// template. What stands below the key belongs to the plugin.
type Plugin map[string]json.RawMessage

// ParallelSteps is one group of steps; the steps of a group run at the same time.
type ParallelSteps []WorkflowStep

// Workflow is one run: a set of templates and the one to start with.
type Workflow struct {
	metav1.TypeMeta `json:",inline"`
	// Name, namespace, labels and annotations of the run.
	Metadata metav1.ObjectMeta `json:"metadata"`
	// What to run.
	Spec WorkflowSpec `json:"spec"`
	// What has happened so far; written by the controller.
	Status WorkflowStatus `json:"status,omitempty"`
}

// WorkflowTemplate is a workflow kept in a namespace, to be started or to lend
// its templates to others.
type WorkflowTemplate struct {
	metav1.TypeMeta `json:",inline"`
	// Name, namespace, labels and annotations.
	Metadata metav1.ObjectMeta `json:"metadata"`
	// What to run; the entrypoint may be left out when only the templates are used.
	Spec WorkflowSpec `json:"spec"`
}

// ClusterWorkflowTemplate is a WorkflowTemplate that every namespace sees.
type ClusterWorkflowTemplate struct {
	metav1.TypeMeta `json:",inline"`
	// Name, labels and annotations; there is no namespace.
	Metadata metav1.ObjectMeta `json:"metadata"`
	// What to run; the entrypoint may be left out when only the templates are used.
	Spec WorkflowSpec `json:"spec"`
}

// CronWorkflow starts a workflow at set times.
type CronWorkflow struct {
	metav1.TypeMeta `json:",inline"`
	// Name (at most 52 characters), namespace, labels and annotations.
	Metadata metav1.ObjectMeta `json:"metadata"`
	// When to run, and what.
	Spec CronWorkflowSpec `json:"spec"`
	// The latest runs; written by the controller.
	Status CronWorkflowStatus `json:"status,omitempty"`
}

// WorkflowEventBinding starts a workflow when an event arrives at the server.
type WorkflowEventBinding struct {
	metav1.TypeMeta `json:",inline"`
	// Name, namespace, labels and annotations.
	Metadata metav1.ObjectMeta `json:"metadata"`
	// Which events, and what they start.
	Spec WorkflowEventBindingSpec `json:"spec"`
}

// WorkflowEventBindingSpec says which events start which workflow.
type WorkflowEventBindingSpec struct {
	// The events to react to.
	Event Event `json:"event"`
	// The workflow to start.
	Submit *Submit `json:"submit,omitempty"`
}

// Event chooses events.
type Event struct {
	// Expression over payload, metadata and discriminator that must be true, such as payload.action == "push".
	Selector string `json:"selector"`
}

// Submit is a workflow to start from a template.
type Submit struct {
	// The WorkflowTemplate or ClusterWorkflowTemplate to start.
	WorkflowTemplateRef WorkflowTemplateRef `json:"workflowTemplateRef"`
	// Name, labels and annotations of the new workflow.
	Metadata metav1.ObjectMeta `json:"metadata,omitempty"`
	// Arguments of the new workflow; valueFrom.event takes them from the event.
	Arguments *Arguments `json:"arguments,omitempty"`
}

// CronWorkflowSpec says when to start a workflow, and which.
type CronWorkflowSpec struct {
	// The workflow to start.
	WorkflowSpec WorkflowSpec `json:"workflowSpec"`
	// What to do when a run is due and one is still going: Allow (default) starts it as well, Forbid leaves it out, Replace stops the old one.
	ConcurrencyPolicy string `json:"concurrencyPolicy,omitempty" values:"|Allow|Forbid|Replace" checked:"lint"`
	// true starts no further runs; runs under way go on.
	Suspend bool `json:"suspend,omitempty"`
	// Seconds after the set time in which a missed run is still started; 0 never catches up.
	StartingDeadlineSeconds *int64 `json:"startingDeadlineSeconds,omitempty"`
	// How many successful runs to keep; default 3.
	SuccessfulJobsHistoryLimit *int32 `json:"successfulJobsHistoryLimit,omitempty"`
	// How many failed runs to keep; default 1.
	FailedJobsHistoryLimit *int32 `json:"failedJobsHistoryLimit,omitempty"`
	// IANA name of the time zone of the schedules, such as Europe/Berlin; default is that of the controller.
	Timezone string `json:"timezone,omitempty"`
	// Labels and annotations of the workflows that are started.
	WorkflowMetadata *metav1.ObjectMeta `json:"workflowMetadata,omitempty"`
	// When to stop starting runs for good.
	StopStrategy *StopStrategy `json:"stopStrategy,omitempty"`
	// Times in cron notation with five fields (minute hour day month weekday), or @hourly, @every 30m and the like.
	Schedules []string `json:"schedules" crd:"noZone"`
	// Expression that must be true for a run to start; it may use cronworkflow.* variables.
	When string `json:"when,omitempty"`
}

// StopStrategy ends a CronWorkflow.
type StopStrategy struct {
	// Expression over the numbers failed and succeeded that ends the schedule when true, such as failed >= 3.
	Expression string `json:"expression"`
}
