package engine

import (
	"encoding/json"
	"time"
)

// NodeID is a node's place in the engine's list of nodes. It is the same
// whenever the same events are replayed.
type NodeID int32

// NoNode stands where no node is meant.
const NoNode NodeID = -1

// EventKind says which fields of an Event count.
type EventKind uint8

// The kinds of events. The engine has an answer for each of them in every state
// of a node.
const (
	EventStart   EventKind = iota + 1 // the run begins
	EventReport                       // of a leaf: Node, Generation, Report
	EventTimer                        // a timer that SetTimer asked for: Node, Timer
	EventSignal                       // somebody wants something: Signal
	EventLock                         // answer to Acquire: Node, Lock
	EventCache                        // answer to CacheGet and CachePut: Node, Cache
	EventFetched                      // answer to Fetch: Node, Fetched
)

// An Event is all that the engine ever learns from outside. The journal keeps
// events, so their JSON stays readable by later versions.
type Event struct {
	Kind       EventKind `json:"kind"`
	At         time.Time `json:"at"`
	Node       NodeID    `json:"node,omitempty"`
	Generation int       `json:"generation,omitempty"`

	Report  *Report      `json:"report,omitempty"`
	Timer   TimerID      `json:"timer,omitempty"`
	Signal  *Signal      `json:"signal,omitempty"`
	Lock    *LockAnswer  `json:"lock,omitempty"`
	Cache   *CacheAnswer `json:"cache,omitempty"`
	Fetched *Fetched     `json:"fetched,omitempty"`
}

// PodState is how far the Pod of a leaf, or the request of an http template, has
// come.
type PodState uint8

// The states of a Pod in the order in which it goes through them. Reports may
// come late, twice or out of order; one that leads back is ignored.
const (
	PodCreated PodState = iota + 1 // the backend has taken it
	PodPending                     // it waits; Message says for what
	PodRunning
	PodReady   // every container is up: this is what a daemon is waited for
	PodEnded   // every main container has ended, and the record was read
	PodLost    // it was created and is gone, and its end was not seen
	PodRefused // it cannot be created or built; Message says why
)

// Class says whose failure it is. Retry policies may name it.
type Class string

// The failure classes.
const (
	ClassUser           Class = "user" // the user's process
	ClassInfrastructure Class = "infrastructure"
	ClassQuota          Class = "quota"
	ClassImagePull      Class = "image-pull"
	ClassUnschedulable  Class = "unschedulable"
	ClassPreempted      Class = "preempted"
	ClassTimeout        Class = "timeout"
)

// A Report tells of a leaf's Pod. The engine, not the backend, decides what it
// means for the node's phase.
type Report struct {
	State   PodState `json:"state"`
	Message string   `json:"message,omitempty"` // of the Pod as a whole
	Class   Class    `json:"class,omitempty"`   // where the backend knows better than exit codes tell
	Host    string   `json:"host,omitempty"`
	IP      string   `json:"ip,omitempty"`

	Started    time.Time   `json:"started,omitzero"`
	Finished   time.Time   `json:"finished,omitzero"`
	Containers []Container `json:"containers,omitempty"` // in the order init, main, sidecars
	// Verdict is the outcome of what has no containers: http templates.
	Verdict *Verdict `json:"verdict,omitempty"`
	// Outputs are those of the record; nil when there is none.
	Outputs *Outputs `json:"outputs,omitempty"`
	// OutputError says why outputs are missing: a file that is not there, a store
	// that cannot be reached, a record that is lost.
	OutputError string `json:"outputError,omitempty"`
	// OutputClass is whose fault that is; "" is nobody's, but the infrastructure's.
	OutputClass Class `json:"outputClass,omitempty"`
}

// Role is what a container is for.
type Role uint8

// The roles of containers.
const (
	RoleInit Role = iota + 1 // the template's own init container
	RoleWeft                 // staging, loading and saving: ours
	RoleMain
	RoleSidecar
)

// Container is the state of one container.
type Container struct {
	Name    string `json:"name"`
	Role    Role   `json:"role"`
	Ended   bool   `json:"ended,omitempty"`
	Running bool   `json:"running,omitempty"`
	Code    int    `json:"code,omitempty"`
	Reason  string `json:"reason,omitempty"`  // Error, OOMKilled, ...
	Message string `json:"message,omitempty"` // what it left as its termination message
}

// Verdict is an outcome that somebody else decided.
type Verdict struct {
	Phase   Phase  `json:"phase"` // Succeeded, Failed or Error
	Message string `json:"message,omitempty"`
}

// Outputs are what a node gives to others.
type Outputs struct {
	Result     *string    `json:"result,omitempty"`
	ExitCode   *int       `json:"exitCode,omitempty"`
	Parameters []Value    `json:"parameters,omitempty"`
	Artifacts  []Artifact `json:"artifacts,omitempty"`
	Progress   string     `json:"progress,omitempty"`
}

// Value is a named text.
type Value struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Artifact is a named place where something is stored, as JSON with the fields
// that a template has for locations: {"s3": {...}}, {"raw": {...}}.
type Artifact struct {
	Name     string          `json:"name"`
	Location json.RawMessage `json:"location"`
}

// SignalKind is what somebody wants of a run.
type SignalKind string

// The signals.
const (
	SignalStop      SignalKind = "stop"      // end, but run the exit handlers
	SignalTerminate SignalKind = "terminate" // end, and run nothing more
	SignalSuspend   SignalKind = "suspend"   // start nothing new
	SignalResume    SignalKind = "resume"    // undo suspend, and go on behind suspend nodes
	SignalSet       SignalKind = "set"       // give suspend nodes their outputs, message or phase
	SignalRetry     SignalKind = "retry"     // run again what failed
)

// A Signal comes from a person.
type Signal struct {
	Kind SignalKind `json:"kind"`
	// Nodes restricts it to these; empty means the whole run.
	Nodes      []NodeID `json:"nodes,omitempty"`
	Message    string   `json:"message,omitempty"`
	Phase      Phase    `json:"phase,omitempty"`
	Parameters []Value  `json:"parameters,omitempty"`
}

// LockAnswer says how a request for locks stands.
type LockAnswer struct {
	Held    bool   `json:"held,omitempty"`
	Waiting string `json:"waiting,omitempty"` // for what, in words
	Error   string `json:"error,omitempty"`   // there is no such lock
}

// CacheAnswer says what a memoization cache holds. Error is the failure of a
// CacheGet or CachePut.
type CacheAnswer struct {
	Hit   *Outputs `json:"hit,omitempty"`
	Error string   `json:"error,omitempty"`
}

// Fetched is the value of a key of a ConfigMap.
type Fetched struct {
	Value *string `json:"value,omitempty"` // nil: there is none
	Error string  `json:"error,omitempty"`
}
