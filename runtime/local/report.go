//go:build unix

package local

import (
	"io"
	"os"
	"slices"

	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/run"
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
	outputs := run.Records{Saves: pod.about.Saves}
	for _, c := range st.Containers {
		view := engine.Container{
			Name: c.Name, Role: pod.about.Role[c.Name], Ended: c.State == ended, Running: c.State == running, Code: c.Code, Reason: c.Reason, Message: c.Message,
		}
		if st.Ended && view.Ended {
			outputs.Add(&view, slices.Contains(pod.about.Tells, c.Name), func() (io.ReadCloser, error) { return OpenLog(b.opts.Dir, pod.ref.Name, c.Name) })
		}
		r.Containers = append(r.Containers, view)
	}
	// Native sidecars stand among the init containers of the Pod.
	slices.SortStableFunc(r.Containers, func(x, y engine.Container) int { return sidecarLast(x) - sidecarLast(y) })
	if st.Ended {
		r.Outputs, r.OutputError = outputs.Outputs()
		r.OutputClass = outputs.Class()
	}
	return r
}

func sidecarLast(c engine.Container) int {
	if c.Role == engine.RoleSidecar {
		return 1
	}
	return 0
}
