package api

import "k8s.io/apimachinery/pkg/util/intstr"

// WorkflowStep calls a template.
type WorkflowStep struct {
	// Name of the step, unique in the template.
	Name string `json:"name,omitempty" crd:"literal"`
	// Name of the template to call.
	Template string `json:"template,omitempty"`
	// A template written on the spot, instead of a name.
	Inline *Template `json:"inline,omitempty"`
	// Values for the inputs of the template.
	Arguments Arguments `json:"arguments,omitempty"`
	// A template of a WorkflowTemplate or ClusterWorkflowTemplate.
	TemplateRef *TemplateRef `json:"templateRef,omitempty"`
	// Calls the template once per item, read as {{item}} or {{item.KEY}}.
	WithItems []Item `json:"withItems,omitempty"`
	// A JSON list as text, often the output of a step; calls the template once per item.
	WithParam string `json:"withParam,omitempty"`
	// Calls the template once per number of a range.
	WithSequence *Sequence `json:"withSequence,omitempty"`
	// Condition for the step to run, such as {{steps.flip.outputs.result}} == heads; else it is skipped.
	When string `json:"when,omitempty"`
	// Ends of the step that do not end the workflow.
	ContinueOn *ContinueOn `json:"continueOn,omitempty"`
	// Name of a template that runs when the step has ended.
	//
	// Deprecated: use hooks.exit.template.
	OnExit string `json:"onExit,omitempty"`
	// Templates to run on the way, by name of the hook: exit runs at the end, any other when its expression turns true.
	Hooks map[string]LifecycleHook `json:"hooks,omitempty"`
}

// DAGTemplate is tasks with dependencies.
type DAGTemplate struct {
	// Names of the tasks to reach, separated by blanks; default is all.
	Target string `json:"target,omitempty"`
	// The tasks.
	Tasks []DAGTask `json:"tasks" crd:"minItems=1,maxItems=200"`
	// false lets tasks go on that do not depend on a failed one; default true.
	FailFast *bool `json:"failFast,omitempty"`
}

// DAGTask calls a template when the tasks it depends on are done.
type DAGTask struct {
	// Name of the task, unique in the template.
	Name string `json:"name" crd:"literal"`
	// Name of the template to call.
	Template string `json:"template,omitempty"`
	// A template written on the spot, instead of a name.
	Inline *Template `json:"inline,omitempty"`
	// Values for the inputs of the template.
	Arguments Arguments `json:"arguments,omitempty"`
	// A template of a WorkflowTemplate or ClusterWorkflowTemplate.
	TemplateRef *TemplateRef `json:"templateRef,omitempty"`
	// Names of tasks that must be done first.
	Dependencies []string `json:"dependencies,omitempty"`
	// Calls the template once per item, read as {{item}} or {{item.KEY}}.
	WithItems []Item `json:"withItems,omitempty"`
	// A JSON list as text, often the output of a task; calls the template once per item.
	WithParam string `json:"withParam,omitempty"`
	// Calls the template once per number of a range.
	WithSequence *Sequence `json:"withSequence,omitempty"`
	// Condition for the task to run, such as {{tasks.flip.outputs.result}} == heads; else it is skipped.
	When string `json:"when,omitempty"`
	// Ends of the task that let tasks depending on it go on; not together with depends.
	ContinueOn *ContinueOn `json:"continueOn,omitempty"`
	// Name of a template that runs when the task has ended.
	//
	// Deprecated: use hooks.exit.template.
	OnExit string `json:"onExit,omitempty"`
	// Condition over ends of other tasks, such as a.Succeeded && (b || c.Failed); not together with dependencies.
	Depends string `json:"depends,omitempty"`
	// Templates to run on the way, by name of the hook: exit runs at the end, any other when its expression turns true.
	Hooks map[string]LifecycleHook `json:"hooks,omitempty"`
}

// TemplateRef names a template of another resource.
type TemplateRef struct {
	// Name of the WorkflowTemplate or ClusterWorkflowTemplate.
	Name string `json:"name,omitempty"`
	// Name of the template in it.
	Template string `json:"template,omitempty"`
	// true means a ClusterWorkflowTemplate; default is a WorkflowTemplate of the same namespace.
	ClusterScope bool `json:"clusterScope,omitempty"`
}

// ContinueOn is ends of a step that do not end the workflow.
type ContinueOn struct {
	// true goes on after an Error: the step could not be run or its Pod was lost.
	Error bool `json:"error,omitempty"`
	// true goes on after Failed: the container ended with a code other than 0.
	Failed bool `json:"failed,omitempty"`
}

// LifecycleHook is a template that runs on the way.
type LifecycleHook struct {
	// Name of the template to run.
	Template string `json:"template,omitempty"`
	// Values for the inputs of the template.
	Arguments Arguments `json:"arguments,omitempty"`
	// A template of a WorkflowTemplate or ClusterWorkflowTemplate.
	TemplateRef *TemplateRef `json:"templateRef,omitempty"`
	// Expression that starts the hook when it turns true, such as steps["a"].status == "Running"; exit needs none.
	Expression string `json:"expression,omitempty"`
}

// Sequence is a range of numbers.
type Sequence struct {
	// How many numbers; not together with end.
	Count *intstr.IntOrString `json:"count,omitempty"`
	// The first number; default 0.
	Start *intstr.IntOrString `json:"start,omitempty"`
	// The last number; below start it counts down.
	End *intstr.IntOrString `json:"end,omitempty"`
	// printf format of each item, such as host-%02d.
	Format string `json:"format,omitempty"`
}
