// Package instructions is what the builder of a Pod tells the agent that runs in
// it. Both sides import it and nothing else of each other.
package instructions

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Version is raised when an older agent would misread Instructions, or leave a
// record that is misread.
const Version = 2

// Instructions are what the agent of a Pod is told. They travel as JSON in an
// annotation, or in a ConfigMap when they are long, and are mounted as a file.
type Instructions struct {
	Version int    `json:"version"`
	Node    string `json:"node"`  // ID
	Limit   int    `json:"limit"` // bytes of one record
	// Script is the program that staging writes to ScriptPath; null when there is
	// none.
	Script    *string   `json:"script,omitempty"`
	Processes []Process `json:"processes,omitempty"`
	Load      []Load    `json:"load,omitempty"`
	Save      []Save    `json:"save,omitempty"`
	Resource  *Resource `json:"resource,omitempty"`
	Data      *Data     `json:"data,omitempty"`
}

// Encode is the JSON that travels, with <, > and & left readable.
func (i Instructions) Encode() string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(i); err != nil {
		panic(fmt.Sprintf("instructions: %v", err)) // made of texts and numbers, and JSON made from trees
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// Tells are the containers that have to leave a record of outputs.
func (i Instructions) Tells() []string {
	var names []string
	for _, p := range i.Processes {
		if p.Result || len(p.Parameters) > 0 {
			names = append(names, p.Container)
		}
	}
	for _, s := range i.Save {
		names = append(names, s.Container, s.By)
	}
	if i.Data != nil || i.Resource != nil && len(i.Resource.Parameters) > 0 {
		names = append(names, "main")
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Saved are the containers that another one waits for, to upload what they leave.
func (i Instructions) Saved() []string {
	var names []string
	for _, s := range i.Save {
		if s.By != s.Container {
			names = append(names, s.Container)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Process is a container in which the agent runs the user's command.
type Process struct {
	Container string `json:"container"`
	// Sidecar: when the command ends, the agent records its code and holds the
	// place, so that nothing starts it again.
	Sidecar    bool        `json:"sidecar,omitempty"`
	MessageLog string      `json:"messageLog,omitempty"` // terminationMessagePath, when it is not the usual one
	Result     bool        `json:"result,omitempty"`     // capture standard output
	Parameters []Parameter `json:"parameters,omitempty"`
	After      []string    `json:"after,omitempty"` // containers that must have ended well before
	Announce   bool        `json:"announce,omitempty"`
	Retry      *Retry      `json:"retry,omitempty"`
}

// Retry starts the command again, in place.
type Retry struct {
	Retries int64         `json:"retries"`
	Pause   time.Duration `json:"pause,omitempty"` // between two tries, in nanoseconds
}

// Parameter is an output parameter. One of Path, JSONPath and JQ says where the
// value comes from; Default is used where there is none.
type Parameter struct {
	Name     string  `json:"name"`
	Path     string  `json:"path,omitempty"`
	JSONPath string  `json:"jsonPath,omitempty"`
	JQ       string  `json:"jq,omitempty"`
	Default  *string `json:"default,omitempty"`
}

// Load is an input artifact to fetch before anything of the user's runs.
type Load struct {
	Name        string          `json:"name"`
	Target      string          `json:"target"`   // where the loading container writes it
	Location    json.RawMessage `json:"location"` // {s3: {...}}, with selectors for secrets, which are mounted below SecretsDir
	Archive     json.RawMessage `json:"archive,omitempty"`
	Optional    bool            `json:"optional,omitempty"`
	Mode        *int32          `json:"mode,omitempty"`
	RecurseMode bool            `json:"recurseMode,omitempty"`
}

// Save is an output artifact, or with Log the output of a container.
type Save struct {
	Name      string          `json:"name"`
	Container string          `json:"container"` // which has the file
	Path      string          `json:"path,omitempty"`
	Log       bool            `json:"log,omitempty"`
	By        string          `json:"by"` // the container that uploads it
	Location  json.RawMessage `json:"location"`
	Archive   json.RawMessage `json:"archive,omitempty"`
	Optional  bool            `json:"optional,omitempty"`
}

// Resource is the work of a resource template.
type Resource struct {
	Action           string      `json:"action"`
	Manifest         string      `json:"manifest,omitempty"`
	ManifestPath     string      `json:"manifestPath,omitempty"` // an input artifact
	MergeStrategy    string      `json:"mergeStrategy,omitempty"`
	Flags            []string    `json:"flags,omitempty"`
	SuccessCondition string      `json:"successCondition,omitempty"`
	FailureCondition string      `json:"failureCondition,omitempty"`
	Owner            *Owner      `json:"owner,omitempty"` // to set on what is made
	Parameters       []Parameter `json:"parameters,omitempty"`
}

// Owner is the ConfigMap of the run.
type Owner struct {
	Name string `json:"name"`
	UID  string `json:"uid"`
}

// Data is the work of a data template: list the paths of an artifact, which the
// transformations then turn over, one after the other.
type Data struct {
	Location        json.RawMessage `json:"location"`
	Transformations []string        `json:"transformations,omitempty"`
}

// Where things are in a Pod. Everything of weft's is below one folder.
const (
	// AgentInImage is the agent in its own image.
	AgentInImage = "/weft-agent"
	// AgentDir is where staging puts the agent and the script.
	AgentDir  = "/weft/agent"
	AgentPath = AgentDir + "/weft-agent"
	// CertificatesPath is where staging puts the certificates that the agent's image
	// trusts: a user's image need not hold any.
	CertificatesPath = AgentDir + "/certificates"
	// ScriptPath is where staging writes Instructions.Script.
	ScriptPath = AgentDir + "/script"
	// Dir holds the Instructions in a file called Key.
	Dir  = "/weft/instructions"
	Key  = "instructions.json"
	Path = Dir + "/" + Key
	// ExchangeDir is shared by the containers of a Pod: exit codes of containers
	// that others wait for, artifacts on their way to the one that saves them.
	ExchangeDir = "/weft/exchange"
	// SecretsDir holds a folder for each secret, a file for each key.
	SecretsDir = "/weft/secrets"
	// InputsDir holds what is loaded, each artifact under its name.
	InputsDir = "/weft/inputs"
	// StoreDir holds the artifacts of a location that names a folder without
	// saying which: on a machine, the one of the run.
	StoreDir = "/weft/store"
	// MainDir shows main's own volumes to the container that loads.
	MainDir = "/weft/main"
)

// The commands of the agent. CommandRun is followed by the name of the
// container, "--" and the user's command; the others stand alone. Besides, the
// key of a resource or data template is the command that does its work.
const (
	CommandStage = "stage"
	CommandLoad  = "load"
	CommandRun   = "run"
	CommandSave  = "save"
)
