package local

import (
	"time"

	"github.com/weft-lang/weft/compiler/pod/instructions"
	"github.com/weft-lang/weft/runtime/engine"
)

// launch is all that a supervisor has to know of a Pod. It may hold secrets, so
// it travels through a pipe and is written nowhere.
type launch struct {
	Dir        string // of the Pod
	Name       string
	Mode       Mode
	Executable string
	Store      string
	IP         string
	Deadline   time.Duration // 0 is none
	Grace      time.Duration
	Daemon     bool
	Keep       bool
	Volumes    []volume
	Init       []container // sidecars among them
	Mains      []container
	Paths      []string // on this machine, in plain mode; see resolver.paths
}

// volume is a folder that containers share. Source is one that outlives the Pod;
// without it, the folder is the Pod's own and holds Files at first.
type volume struct {
	Name   string
	Source string
	Files  []file
}

type file struct {
	Path string
	Data []byte
	Mode uint32
}

// container is what becomes one process, or an agent with one.
type container struct {
	Name    string
	Role    engine.Role
	Sidecar bool // native: started, kept, and not waited for
	// Agent says that Command is one of the agent's.
	Agent     bool
	Command   []string
	Env       []string
	Dir       string // "" is /
	UID, GID  *int64
	Mounts    []mount
	ImageRoot string
	// Message is where the container writes its termination message.
	Message        string
	MessageFromLog bool // where it leaves none
	Startup        *probe
	Readiness      *probe
	Liveness       *probe
}

type mount struct {
	Volume   string
	Path     string
	SubPath  string
	ReadOnly bool
}

type probe struct {
	Exec      []string
	Host      string
	Port      int
	HTTPPath  string
	TLS       bool
	Headers   [][2]string
	Delay     time.Duration
	Period    time.Duration
	Timeout   time.Duration
	Successes int
	Failures  int
}

// about is what the next driver has to know of a Pod, as pod.json in its folder.
type about struct {
	Name   string
	Role   map[string]engine.Role
	Mains  []string
	Tells  []string // containers that leave a record
	Saves  []instructions.Save
	Paths  []string
	Ports  []int // that its containers declare
	IP     string
	Daemon bool
}

// state is how far a container has come.
type state string

const (
	waiting state = "waiting"
	running state = "running"
	ended   state = "ended"
)

// status is what a supervisor writes to status.json whenever it changes.
type status struct {
	Running    bool `json:"running"` // the main containers have been started
	Ready      bool `json:"ready"`
	Ended      bool `json:"ended"`
	Stopped    bool `json:"stopped,omitempty"`  // by somebody
	Deadline   bool `json:"deadline,omitempty"` // by its deadline
	Message    string
	Started    time.Time
	Finished   time.Time         `json:"finished,omitzero"`
	Containers []containerStatus `json:"containers"`
}

type containerStatus struct {
	Name     string    `json:"name"`
	State    state     `json:"state"`
	Code     int       `json:"code,omitempty"`
	Reason   string    `json:"reason,omitempty"`
	Message  string    `json:"message,omitempty"`
	Finished time.Time `json:"finished,omitzero"`
}

// Files and folders of a Pod.
const (
	podsDir     = "pods" // in the folder of the run
	aboutFile   = "pod.json"
	statusFile  = "status.json"
	lockFile    = "supervisor.lock"
	pidFile     = "supervisor.pid"
	logsDir     = "logs"
	volumesDir  = "volumes"
	rootsDir    = "roots"
	messagesDir = "messages"
	homeDir     = "weft" // stands for /weft in plain mode
)
