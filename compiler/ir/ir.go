// Package ir is what a project means: objects, templates, calls, parameters
// and artifacts with their names bound. It holds no behaviour beyond look-ups
// and one walk; compiler.Bind makes it, validate judges it, and only a sealed
// Checked goes on to the builders of Pods and to the runtime.
//
// Every field that stands in the source is a *tree.Node, nil when the key is
// absent or null (Kubernetes decoders do not tell the two apart). Parts that
// are Kubernetes' own (containers, volumes, affinity) stay trees with holes.
package ir

import (
	"slices"

	"github.com/weft-lang/weft/lang/tree"
)

// Kind is the kind of an Object.
type Kind uint8

// The kinds weft understands. All but WorkflowEventBinding hold a Spec.
const (
	Workflow Kind = iota + 1
	WorkflowTemplate
	ClusterWorkflowTemplate
	CronWorkflow
	WorkflowEventBinding
)

var kindNames = [...]string{
	Workflow: "Workflow", WorkflowTemplate: "WorkflowTemplate", ClusterWorkflowTemplate: "ClusterWorkflowTemplate",
	CronWorkflow: "CronWorkflow", WorkflowEventBinding: "WorkflowEventBinding",
}

func (k Kind) String() string { return kindNames[k] }

// ParseKind is the inverse of String; kinds are case-sensitive.
func ParseKind(name string) (Kind, bool) {
	for k := Workflow; k <= WorkflowEventBinding; k++ {
		if kindNames[k] == name {
			return k, true
		}
	}
	return 0, false
}

// A Project is everything that was read together, in document order.
type Project struct {
	Documents []*tree.Document
	Objects   []*Object        // of the five kinds
	Foreign   []*tree.Document // documents of other kinds, or of none
	// Stubs are templates that only tell what can be called elsewhere. They are
	// found by name like those of Objects, which win over them; nobody judges them.
	Stubs []*Object

	Templates        map[Key][]*Object    // WorkflowTemplates; more than one under a key is a duplicate
	ClusterTemplates map[string][]*Object // ClusterWorkflowTemplates
}

// Key names a namespaced object. Namespace is "" when none is written.
type Key struct{ Namespace, Name string }

// An Object is one document of one of the five kinds.
type Object struct {
	Doc  *tree.Document
	Root *tree.Node
	Kind Kind
	Stub bool // one of Project.Stubs

	Metadata     *tree.Node
	Name         *tree.Node
	GenerateName *tree.Node
	Namespace    *tree.Node

	Spec    *Spec      // a CronWorkflow's workflowSpec; nil for a WorkflowEventBinding
	Cron    *tree.Node // spec of a CronWorkflow
	Binding *tree.Node // spec of a WorkflowEventBinding
}

// Spec is the spec of a workflow.
type Spec struct {
	Node  *tree.Node // nil when the spec is missing: the Spec is then empty
	Owner *Object

	Entrypoint *tree.Node
	OnExit     *tree.Node
	Arguments  Arguments
	Templates  []*Template
	Defaults   *Template // templateDefaults
	Ref        *ResourceRef
	Hooks      []*Hook

	byName map[string]*Template
	all    []*Template // with the inline ones; nil before Index
}

// ResourceRef is a workflowTemplateRef.
type ResourceRef struct {
	Node    *tree.Node
	Name    *tree.Node
	Cluster bool
	Target  *Object // nil when nothing of that name was read
}

// Type is what a template does.
type Type uint8

// The template types, in the order in which they are looked for.
const (
	NoType Type = iota
	Container
	ContainerSet
	Steps
	Script
	Resource
	DAG
	Suspend
	Data
	HTTP
	Plugin
)

var typeKeys = [...]string{
	NoType: "", Container: "container", ContainerSet: "containerSet", Steps: "steps", Script: "script", Resource: "resource",
	DAG: "dag", Suspend: "suspend", Data: "data", HTTP: "http", Plugin: "plugin",
}

var typeTitles = [...]string{
	NoType: "Unknown", Container: "Container", ContainerSet: "ContainerSet", Steps: "Steps", Script: "Script", Resource: "Resource",
	DAG: "DAG", Suspend: "Suspend", Data: "Data", HTTP: "HTTP", Plugin: "Plugin",
}

// Types are all template types.
var Types = []Type{Container, ContainerSet, Steps, Script, Resource, DAG, Suspend, Data, HTTP, Plugin}

// Key is the template field that makes a template of this type.
func (t Type) Key() string    { return typeKeys[t] }
func (t Type) String() string { return typeTitles[t] }

// IsPod reports whether templates of this type run as a Pod of their own.
func (t Type) IsPod() bool {
	return t == Container || t == ContainerSet || t == Script || t == Resource || t == Data
}

// IsLeaf reports whether templates of this type do work themselves. Suspend
// is neither a leaf nor a group: it has no artifacts with paths.
func (t Type) IsLeaf() bool { return t != Steps && t != DAG && t != Suspend && t != NoType }

// IsGroup reports whether templates of this type call other templates.
func (t Type) IsGroup() bool { return t == Steps || t == DAG }

// A Template is a named template, an inline one, or the template defaults.
type Template struct {
	Node  *tree.Node
	Owner *Object
	Index int   // place in spec.templates
	Call  *Call // the step or task that holds it inline, else nil

	Name    *tree.Node
	Types   []Type // every type it declares; a good template has one
	Inputs  IO
	Outputs IO

	Groups [][]*Call // of Steps: groups run one after the other, their steps in parallel
	Tasks  []*Call   // of DAG

	calls []*Call // both; nil before Spec.Index
}

// Type is the first declared type, NoType if there is none.
func (t *Template) Type() Type {
	if len(t.Types) == 0 {
		return NoType
	}
	return t.Types[0]
}

// Body is the node under the template's type key.
func (t *Template) Body() *tree.Node { return t.Node.Get(t.Type().Key()) }

// Calls are all steps or tasks in source order.
func (t *Template) Calls() []*Call {
	switch {
	case len(t.Groups) == 0:
		return slices.Clip(t.Tasks)
	case t.calls == nil:
		return append(slices.Concat(t.Groups...), t.Tasks...)
	}
	return slices.Clip(t.calls)
}

// Describe names the template for a person: template "x", or the inline
// template of a step.
func (t *Template) Describe() string {
	switch {
	case t.Call != nil:
		return "the inline template of " + t.Call.Describe()
	case t.Name.Text() != "":
		return `template "` + t.Name.Text() + `"`
	}
	return "a template without a name"
}

// IO are inputs or outputs.
type IO struct {
	Node       *tree.Node
	Parameters []*Parameter
	Artifacts  []*Artifact

	names *ioNames // nil but for long lists that are complete
}

// Arguments are the arguments of a workflow, a call or a hook.
type Arguments = IO

// Parameter finds a parameter by name, nil if there is none.
func (io *IO) Parameter(name string) *Parameter {
	if io.names != nil {
		return io.names.parameters[name]
	}
	for _, p := range io.Parameters {
		if p.Name.Text() == name {
			return p
		}
	}
	return nil
}

// Artifact finds an artifact by name, nil if there is none.
func (io *IO) Artifact(name string) *Artifact {
	if io.names != nil {
		return io.names.artifacts[name]
	}
	for _, a := range io.Artifacts {
		if a.Name.Text() == name {
			return a
		}
	}
	return nil
}

// A Parameter is declared (inputs, outputs, workflow arguments) or passed.
type Parameter struct {
	Node       *tree.Node
	Index      int // place in the list that it stands in
	Name       *tree.Node
	Value      *tree.Node
	Default    *tree.Node
	ValueFrom  *tree.Node
	Enum       *tree.Node
	GlobalName *tree.Node
}

// An Artifact is declared or passed.
type Artifact struct {
	Node           *tree.Node
	Name           *tree.Node
	Path           *tree.Node
	From           *tree.Node
	FromExpression *tree.Node
	GlobalName     *tree.Node
	Optional       bool
}

// Callee says which template a call, hook or handler means.
type Callee struct {
	Name   *tree.Node // template: by name, in the same object
	Ref    *TemplateRef
	Inline *Template
	Target *Template // nil when it leads nowhere or holds tags
}

// TemplateRef is a reference into another object.
type TemplateRef struct {
	Node     *tree.Node
	Name     *tree.Node
	Template *tree.Node
	Cluster  bool
}

// A Call is a step or a task.
type Call struct {
	Node   *tree.Node
	Parent *Template
	Task   bool // of a DAG
	Group  int  // of a step: which parallel group
	Index  int  // place in its group or task list

	Name         *tree.Node
	Callee       Callee
	Arguments    Arguments
	WithItems    *tree.Node
	WithParam    *tree.Node
	WithSequence *tree.Node
	When         *tree.Node
	ContinueOn   *tree.Node
	OnExit       *tree.Node
	Hooks        []*Hook
	Depends      *tree.Node
	Dependencies []*tree.Node
}

// Describe names the call for a person: step "x", task "y".
func (c *Call) Describe() string {
	what := "step"
	if c.Task {
		what = "task"
	}
	if c.Name.Text() == "" {
		return "a " + what + " without a name"
	}
	return what + ` "` + c.Name.Text() + `"`
}

// Scope is the root under which siblings see the call: steps or tasks.
func (c *Call) Scope() string {
	if c.Task {
		return "tasks"
	}
	return "steps"
}

// Looped reports whether the call runs once per item. An empty withItems or
// withParam is no loop.
func (c *Call) Looped() bool {
	return len(c.WithItems.List()) > 0 || c.WithParam.Text() != "" || c.WithSequence != nil
}

// A Hook is a lifecycle hook of a workflow, step or task.
type Hook struct {
	Node       *tree.Node
	Event      *tree.Node // the key: exit, or a name of the user's own
	Owner      *Object
	Call       *Call // nil for a hook of the workflow
	Callee     Callee
	Arguments  Arguments
	Expression *tree.Node
}
