package engine

import (
	"fmt"
	"time"
)

// Phase is how far a node, or the run, has come.
type Phase uint8

// The phases.
const (
	NoPhase Phase = iota
	Pending
	Running
	Succeeded
	Skipped // its condition is false, or its loop has no items
	Failed  // the user's process, or the Pod as a whole
	Error   // what the system did: expressions, artifacts, lost Pods
	Omitted // what it depends on did not come out as its depends wants
)

var phaseNames = [...]string{
	NoPhase: "", Pending: "Pending", Running: "Running", Succeeded: "Succeeded", Skipped: "Skipped", Failed: "Failed",
	Error: "Error", Omitted: "Omitted",
}

func (p Phase) String() string { return phaseNames[p] }

// MarshalText makes phases readable in journals and JSON.
func (p Phase) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText is the inverse of MarshalText.
func (p *Phase) UnmarshalText(text []byte) error {
	for i, name := range phaseNames {
		if name == string(text) {
			*p = Phase(i)
			return nil
		}
	}
	return fmt.Errorf("there is no phase %q", text)
}

// Completed reports whether something ran to its end.
func (p Phase) Completed() bool { return p == Succeeded || p == Failed || p == Error }

// Bad reports whether it ended badly.
func (p Phase) Bad() bool { return p == Failed || p == Error }

// Fulfilled reports whether nothing more will happen.
func (p Phase) Fulfilled() bool { return p.Completed() || p == Skipped || p == Omitted }

// NodeType is what a node stands for.
type NodeType uint8

// The node types.
const (
	PodNode NodeType = iota + 1
	ContainerNode
	StepsNode
	StepGroupNode
	DAGNode
	TaskGroupNode
	RetryNode
	SkippedNode // it could not be started, or was not to be
	SuspendNode
	HTTPNode
	PluginNode
)

var nodeTypeNames = [...]string{
	PodNode: "Pod", ContainerNode: "Container", StepsNode: "Steps", StepGroupNode: "StepGroup", DAGNode: "DAG",
	TaskGroupNode: "TaskGroup", RetryNode: "Retry", SkippedNode: "Skipped", SuspendNode: "Suspend", HTTPNode: "HTTP",
	PluginNode: "Plugin",
}

func (t NodeType) String() string { return nodeTypeNames[t] }

// MarshalText makes types readable in JSON.
func (t NodeType) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// A View is what can be seen of a node from outside.
type View struct {
	ID          NodeID
	Path        string // WF[0].print(1:b)(0)
	DisplayName string
	Type        NodeType
	Phase       Phase
	Generation  int // raised when the node is started over
	Message     string
	Class       Class // of a node that ended badly
	Template    string
	Boundary    NodeID
	Children    []NodeID
	Started     time.Time
	Finished    time.Time
	Daemoned    bool
	Hooked      bool // a hook or exit handler
	Retried     bool // an attempt
	Host, IP    string
	Inputs      []Value
	Outputs     *Outputs
}
