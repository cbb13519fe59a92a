// Package local runs Pods on this machine, without a cluster and without a
// container runtime. Images are labels here: the programs are those of the
// machine, or of a folder given for an image.
//
// A Pod runs under a supervisor, which is weft started once more. It belongs to
// no driver: when the driver dies, the supervisor goes on and writes what
// becomes of the Pod into the Pod's folder, where the next driver finds it. It
// holds a lock as long as it lives, and hands it to nobody, so that a supervisor
// is never taken for another process with its number.
//
// Where the kernel allows, a container has mounts and process numbers of its
// own: its root is this machine's with a layer on top, which takes all it writes
// and goes away with it, and volumes are mounted in it at their paths. The
// network is the machine's, so that daemons can be reached; each Pod gets an
// address of its own out of 127.0.0.0/8 where that is possible. Elsewhere
// containers are plain processes: volumes are links at their paths, and Pods
// that name the same path take turns.
package local

import (
	"os"
	"runtime"

	"github.com/weft-lang/weft/compiler/pod"
)

// Mode is how containers are kept apart.
type Mode int

// The modes.
const (
	Auto Mode = iota
	Namespaces
	Plain
)

func (m Mode) String() string { return [...]string{"auto", "namespaces", "plain"}[m] }

// Options say what Pods may use of this machine.
type Options struct {
	// Dir is the folder of the run.
	Dir string
	// Executable is started again for supervisors and containers. It has to call
	// Reexec first. "" is this program.
	Executable string
	Mode       Mode
	// Parallel bounds how many Pods run at once; 0 is a number that fits the
	// machine. Daemons do not count.
	Parallel int
	// Images are what images run by themselves, and ImageRoots folders with what
	// is in them; both by image.
	Images     map[string]pod.Entrypoint
	ImageRoots map[string]string
	// HostPaths allows hostPath volumes.
	HostPaths bool
	// ConfigMaps and Secrets are the objects that Pods refer to.
	ConfigMaps, Secrets map[string]map[string][]byte
	// Store is the folder of artifacts that containers may write to; "" is none.
	Store string
	// Env are further variables of every container, as NAME=VALUE.
	Env []string
	// Keep leaves the volumes and files of Pods that have ended.
	Keep bool
	// Say is told once how containers are kept apart, and what is not done for
	// them. It may be nil.
	Say func(string)
}

func (o Options) parallel() int {
	if o.Parallel > 0 {
		return o.Parallel
	}
	return 2 * runtime.NumCPU()
}

func (o Options) executable() (string, error) {
	if o.Executable != "" {
		return o.Executable, nil
	}
	return os.Executable()
}

func (o Options) say(text string) {
	if o.Say != nil {
		o.Say(text)
	}
}
