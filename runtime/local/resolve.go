package local

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/compiler/pod/instructions"
	"github.com/weft-lang/weft/runtime/artifact"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/run"
)

// defaultGrace is what Kubernetes gives a container between being asked to end
// and being ended.
const defaultGrace = 30 * time.Second

// resolver turns a Pod into what a supervisor can run. Everything that the Pod
// refers to is looked up here, so that what is missing refuses the Pod before
// anything has started.
type resolver struct {
	opts   Options
	mode   Mode
	dir    string // of the Pod
	claims string // folder of the claims of the run
	pod    *corev1.Pod
	ip     string
	maps   map[string]map[string][]byte // ConfigMaps, the Pod's own among them
	tell   instructions.Instructions
}

// refuse is for what trying again does not mend.
func refuse(format string, args ...any) error {
	return &run.Refusal{Class: engine.ClassUser, Message: fmt.Sprintf(format, args...)}
}

func (r *resolver) resolve(objects *pod.Objects) (*launch, *about, error) {
	r.pod = objects.Pod.DeepCopy()
	r.pod.Status.PodIP, r.pod.Status.HostIP = r.ip, "127.0.0.1"
	if r.pod.UID == "" {
		sum := sha256.Sum256([]byte(r.pod.Name))
		r.pod.UID = uuid(sum[:16])
	}
	r.maps = map[string]map[string][]byte{}
	for name, data := range r.opts.ConfigMaps {
		r.maps[name] = data
	}
	for _, m := range objects.ConfigMaps {
		data := map[string][]byte{}
		for key, value := range m.Data {
			data[key] = []byte(value)
		}
		r.maps[m.Name] = data
	}
	if err := r.readInstructions(); err != nil {
		return nil, nil, err
	}
	spec := &r.pod.Spec
	l := &launch{
		Dir: r.dir, Name: r.pod.Name, Mode: r.mode, Store: r.opts.Store, IP: r.ip, Grace: defaultGrace, Keep: r.opts.Keep,
		Daemon: r.pod.Annotations[pod.AnnotationDaemon] == "true",
	}
	if s := spec.ActiveDeadlineSeconds; s != nil {
		l.Deadline = time.Duration(*s) * time.Second
	}
	if s := spec.TerminationGracePeriodSeconds; s != nil {
		l.Grace = time.Duration(*s) * time.Second
	}
	a := &about{Name: l.Name, Role: map[string]engine.Role{}, Mains: objects.Mains, IP: r.ip, Daemon: l.Daemon}
	for i := range spec.Volumes {
		v, err := r.volume(&spec.Volumes[i])
		if err != nil {
			return nil, nil, err
		}
		l.Volumes = append(l.Volumes, v)
	}
	for i := range spec.InitContainers {
		c, err := r.container(&spec.InitContainers[i], engine.RoleInit)
		if err != nil {
			return nil, nil, err
		}
		l.Init = append(l.Init, c)
		a.Role[c.Name] = c.Role
	}
	for i := range spec.Containers {
		c, err := r.container(&spec.Containers[i], engine.RoleMain)
		if err != nil {
			return nil, nil, err
		}
		l.Mains = append(l.Mains, c)
		a.Role[c.Name] = c.Role
	}
	a.Tells, a.Saves, a.Ports = r.tell.Tells(), r.tell.Save, r.ports()
	if r.mode == Plain {
		paths, err := r.paths(l)
		if err != nil {
			return nil, nil, err
		}
		l.Paths, a.Paths = paths, paths
	}
	return l, a, nil
}

// readInstructions reads what the agent of the Pod will be told.
func (r *resolver) readInstructions() error {
	text := r.pod.Annotations[pod.AnnotationInstructions]
	if m, ok := r.maps[r.pod.Name]; ok && text == "" {
		text = string(m[instructions.Key])
	}
	if text == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(text), &r.tell); err != nil {
		return fmt.Errorf("read the instructions of Pod %q: %w", r.pod.Name, err)
	}
	for _, l := range r.tell.Load {
		if err := artifact.Supported(l.Location); err != nil {
			return refuse("input artifact %q: %v", l.Name, err)
		}
	}
	for _, s := range r.tell.Save {
		if err := artifact.Supported(s.Location); err != nil {
			return refuse("output artifact %q: %v", s.Name, err)
		}
	}
	if r.tell.Resource != nil {
		return refuse("resource templates work on a cluster, and Pods run on this machine; use weft run --cluster")
	}
	return nil
}

// ports are those that the containers of the Pod listen on, as far as they say.
func (r *resolver) ports() []int {
	var ports []int
	for _, list := range [][]corev1.Container{r.pod.Spec.InitContainers, r.pod.Spec.Containers} {
		for i := range list {
			for _, p := range list[i].Ports {
				ports = append(ports, int(p.ContainerPort))
			}
		}
	}
	slices.Sort(ports)
	return slices.Compact(ports)
}

func (r *resolver) container(c *corev1.Container, role engine.Role) (container, error) {
	out := container{
		Name: c.Name, Role: role, Dir: c.WorkingDir, ImageRoot: r.opts.ImageRoots[c.Image], Message: c.TerminationMessagePath,
		MessageFromLog: c.TerminationMessagePolicy == corev1.TerminationMessageFallbackToLogsOnError,
	}
	switch {
	case strings.HasPrefix(c.Name, "weft-"):
		out.Role = engine.RoleWeft
	case c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways:
		out.Role, out.Sidecar = engine.RoleSidecar, true
	}
	if out.Message == "" {
		out.Message = corev1.TerminationMessagePathDefault
	}
	env, err := r.env(c)
	if err != nil {
		return out, err
	}
	out.Env = env.list(r.baseEnv())
	command, args := slices.Clone(c.Command), c.Args
	if len(command) == 0 {
		known := r.opts.Images[c.Image]
		if len(known.Command)+len(known.Args) == 0 {
			return out, refuse("what image %q runs is not known on this machine, and container %q has no command: write the command, or use --image %s=COMMAND",
				c.Image, c.Name, c.Image)
		}
		command = slices.Clone(known.Command)
		if args == nil {
			args = known.Args
		}
	}
	for i, word := range command {
		command[i] = env.expand(word)
	}
	for _, word := range args {
		command = append(command, env.expand(word))
	}
	if len(command) == 0 {
		return out, refuse("container %q has nothing to run: image %q has no entrypoint, and its args are empty", c.Name, c.Image)
	}
	own := command[0] == instructions.AgentInImage
	if out.Agent = own || command[0] == instructions.AgentPath; out.Agent {
		command = command[1:]
	}
	out.Command = command
	for _, m := range c.VolumeMounts {
		sub := m.SubPath
		if m.SubPathExpr != "" {
			sub = env.expand(m.SubPathExpr)
		}
		if sub != "" && !filepath.IsLocal(sub) {
			return out, refuse("subPath %q of container %q leads out of the volume", sub, c.Name)
		}
		out.Mounts = append(out.Mounts, mount{Volume: m.Name, Path: path.Clean("/" + m.MountPath), SubPath: sub, ReadOnly: m.ReadOnly})
	}
	if !own || role != engine.RoleMain { // a step that is weft's own has the files of whoever runs it
		r.user(&out, c.SecurityContext)
	}
	return out, r.probes(&out, c)
}

// user is whom the container runs as; the container's word counts before the
// Pod's.
func (r *resolver) user(out *container, own *corev1.SecurityContext) {
	if p := r.pod.Spec.SecurityContext; p != nil {
		out.UID, out.GID = p.RunAsUser, p.RunAsGroup
	}
	if own != nil {
		if own.RunAsUser != nil {
			out.UID = own.RunAsUser
		}
		if own.RunAsGroup != nil {
			out.GID = own.RunAsGroup
		}
	}
}

// paths are the absolute paths of this machine that a Pod of plain processes
// takes for itself: where volumes are mounted, and where outputs are written.
func (r *resolver) paths(l *launch) ([]string, error) {
	sources := map[string]string{}
	var paths []string
	add := func(at, source string) error {
		at = path.Clean("/" + at)
		if isHome(at) {
			return nil
		}
		if was, ok := sources[at]; ok && was != source {
			return refuse("two containers mount different things at %q, which only works with namespaces", at)
		}
		if _, ok := sources[at]; !ok {
			sources[at] = source
			paths = append(paths, at)
		}
		return nil
	}
	for _, c := range slices.Concat(l.Init, l.Mains) {
		for _, m := range c.Mounts {
			if err := add(m.Path, "volume "+m.Volume+"/"+m.SubPath); err != nil {
				return nil, err
			}
		}
	}
	mounted := slices.Clone(paths)
	output := func(at string) error {
		at = path.Clean("/" + at)
		if slices.ContainsFunc(mounted, func(m string) bool { return inside(at, m) }) {
			return nil
		}
		return add(at, "output")
	}
	for _, p := range r.tell.Processes {
		for _, q := range p.Parameters {
			if err := output(q.Path); err != nil {
				return nil, err
			}
		}
	}
	for _, s := range r.tell.Save {
		if s.Log {
			continue
		}
		if err := output(s.Path); err != nil {
			return nil, err
		}
	}
	slices.Sort(paths)
	return paths, nil
}

// isHome reports whether a path is one of weft's own, which have another place
// in plain mode.
func isHome(at string) bool { return inside(at, "/weft") }

// inside reports whether a path is dir or below it.
func inside(at, dir string) bool {
	return at == dir || strings.HasPrefix(at, strings.TrimSuffix(dir, "/")+"/")
}
