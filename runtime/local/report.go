//go:build unix

package local

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/record"
)

// report is what a status means to the engine.
func (b *Backend) report(pod *live, st *status) engine.Report {
	host, _ := os.Hostname()
	r := engine.Report{
		State: engine.PodPending, Host: host, IP: pod.about.IP, Message: st.Message, Started: st.Started, Finished: st.Finished,
	}
	switch {
	case st.Ended:
		r.State = engine.PodEnded
	case st.Ready:
		r.State = engine.PodReady
	case st.Running:
		r.State = engine.PodRunning
	}
	switch {
	case st.Deadline:
		r.Class = engine.ClassTimeout
	case st.Message != "":
		r.Class = engine.ClassInfrastructure
	}
	outputs := &gatherer{about: pod.about}
	for _, c := range st.Containers {
		view := engine.Container{
			Name: c.Name, Role: pod.about.Role[c.Name], Ended: c.State == ended, Running: c.State == running, Code: c.Code, Reason: c.Reason, Message: c.Message,
		}
		if st.Ended && view.Ended {
			outputs.add(&view, func() (io.ReadCloser, error) { return OpenLog(b.opts.Dir, pod.ref.Name, c.Name) })
		}
		r.Containers = append(r.Containers, view)
	}
	// Native sidecars stand among the init containers of the Pod.
	slices.SortStableFunc(r.Containers, func(x, y engine.Container) int { return sidecarLast(x) - sidecarLast(y) })
	if st.Ended {
		r.Outputs, r.OutputError = outputs.all()
	}
	return r
}

func sidecarLast(c engine.Container) int {
	if c.Role == engine.RoleSidecar {
		return 1
	}
	return 0
}

// gatherer puts the records of a Pod's containers together.
type gatherer struct {
	about   *about
	outputs engine.Outputs
	found   bool
	faults  []string
}

// add reads the record of a container, and leaves its message as the user's
// process wrote it.
func (g *gatherer) add(c *engine.Container, log func() (io.ReadCloser, error)) {
	r, err := record.Decode(c.Message, log)
	switch {
	case err == nil:
	case errors.Is(err, record.ErrNone):
		// A container that was ended from outside could not leave one.
		if c.Code == 0 && slices.Contains(g.about.Tells, c.Name) {
			g.faults = append(g.faults, fmt.Sprintf("container %q left no record of its outputs", c.Name))
		}
		return
	default:
		c.Message = ""
		g.faults = append(g.faults, fmt.Sprintf("container %q: %v", c.Name, err))
		return
	}
	c.Message = r.Message
	if r.Error != "" {
		g.faults = append(g.faults, r.Error)
	}
	g.found = true
	if r.Result != nil {
		g.outputs.Result = r.Result
	}
	for _, p := range r.Parameters {
		g.outputs.Parameters = append(g.outputs.Parameters, engine.Value{Name: p.Name, Value: p.Value})
	}
	for _, a := range r.Artifacts {
		g.outputs.Artifacts = append(g.outputs.Artifacts, engine.Artifact{Name: a.Name, Location: a.Location})
	}
}

func (g *gatherer) all() (*engine.Outputs, string) {
	if !g.found {
		return nil, strings.Join(g.faults, "; ")
	}
	return &g.outputs, strings.Join(g.faults, "; ")
}
