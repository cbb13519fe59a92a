package weft

import "slices"

// kinds are the template kinds with the type of their inner object. The steps
// of "steps" are a list and have no fields, a plugin takes any, and "template"
// is the template itself.
var kinds = map[string]string{
	"container": "core.Container", "script": "ScriptTemplate", "steps": "", "dag": "DAGTemplate",
	"resource": "ResourceTemplate", "suspend": "SuspendTemplate", "http": "HTTP", "plugin": "",
	"data": "Data", "containerSet": "ContainerSetTemplate", kindRaw: "Template",
}

const kindRaw = "template"

func kindNames() []string {
	return []string{
		"container", "script", "steps", "dag", "resource", "suspend", "http", "plugin", "data", "containerSet", kindRaw,
	}
}

// apiVersion is the group and version of the four document kinds.
const apiVersion = "argoproj.io/v1alpha1"

// documentKinds are the headers with the kind of object they begin.
var documentKinds = map[string]string{
	"workflow": "Workflow", "workflowTemplate": "WorkflowTemplate",
	"clusterWorkflowTemplate": "ClusterWorkflowTemplate", "cronWorkflow": "CronWorkflow",
}

var headerNames = []string{"workflow", "workflowTemplate", "clusterWorkflowTemplate", "cronWorkflow"}

// Names of types in the field table.
const (
	typeMeta          = "meta.ObjectMeta"
	typeSpec          = "WorkflowSpec"
	typeCronSpec      = "CronWorkflowSpec"
	typeTemplate      = "Template"
	typeTask          = "DAGTask"
	typeHook          = "LifecycleHook"
	typeParameter     = "Parameter"
	typeArtifact      = "Artifact"
	typeEnvVar        = "core.EnvVar"
	typeVolume        = "core.Volume"
	typeVolumeMount   = "core.VolumeMount"
	typeUserContainer = "UserContainer"
	typeContainerNode = "ContainerNode"
	typeClaim         = "core.PersistentVolumeClaim"
)

// A nameField is a field whose bare value is a name, not a reference to a value.
type nameField struct{ typ, key string }

// nameFields says what such a name refers to: a template, or a task beside it.
var nameFields = map[nameField]string{
	{typeSpec, "entrypoint"}: "template", {typeSpec, "onExit"}: "template",
	{typeTask, "template"}: "template", {typeTask, "onExit"}: "template", {typeHook, "template"}: "template",
	{typeTask, "dependencies"}: "task", {"DAGTemplate", "target"}: "task",
}

// roots are the names that every scope knows: the first parts of the paths
// that a {{tag}} can hold.
var roots = map[string]bool{
	"inputs": true, "outputs": true, "workflow": true, "item": true, "steps": true, "tasks": true, "pod": true,
	"node": true, "retries": true, "lastRetry": true, "cronworkflow": true,
}

// stepFields are what a step knows about itself besides its outputs.
var stepFields = []string{"id", "ip", "status", "exitCode", "startedAt", "finishedAt", "hostNodeName", "result", "outputs", "artifacts"}

// statementWords begin statements when a fitting word follows.
var statementWords = append(slices.Concat(headerNames, kindNames()),
	"manifest", "import", "param", "artifact", "output", "run", "retry", "parallel", "on")
