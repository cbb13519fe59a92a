package kube

import (
	"cmp"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/compiler/pod/instructions"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/run"
)

// What a driver that comes later has to know of a Pod is noted on it.
const (
	annotationMains = "weft.dev/mains" // where these are not all of its containers
	annotationTells = "weft.dev/tells" // the containers that leave records of outputs
	annotationSaved = "weft.dev/saved" // those that leave artifacts for another to save
	// annotationSaves are instructions about artifacts, where all of them do not fit
	// an annotation.
	annotationSaves = "weft.dev/saves"
)

// A logOpener opens what a container of a Pod has written.
type logOpener func(container string) (io.ReadCloser, error)

// reportOf is what the state of a Pod means to the engine. The log is opened only
// where a record is in it.
func reportOf(p *corev1.Pod, open logOpener) engine.Report {
	r := engine.Report{State: engine.PodPending, Host: p.Spec.NodeName, IP: p.Status.PodIP}
	r.Containers = containersOf(p)
	ended, running := progress(r.Containers)
	switch {
	case ended || over(p):
		r.State = engine.PodEnded
		r.Started, r.Finished = times(p)
		if !ended || slices.ContainsFunc(r.Containers, failedWhileRunning) || pastDeadline(p, r.Finished) {
			r.Message, r.Class = befell(p)
		}
		if !r.Finished.IsZero() {
			r.Finished = r.Finished.Add(time.Second) // within which it ended
		}
		gather(&r, p, open)
	case running && p.Annotations[pod.AnnotationDaemon] == "true" && hasCondition(p, corev1.PodReady, corev1.ConditionTrue):
		r.State = engine.PodReady
	case running:
		r.State = engine.PodRunning
		r.Message, r.Class = waitsFor(p) // of several containers not all may have begun
	default:
		r.Message, r.Class = waitsFor(p)
		r.Containers = nil
	}
	return r
}

// over reports whether nothing of the Pod will run any more.
func over(p *corev1.Pod) bool {
	return p.Status.Phase == corev1.PodFailed || p.Status.Phase == corev1.PodSucceeded
}

// progress reports whether every main container has ended, with that which saves
// artifacts, and whether a main one has begun: what saves waits for it.
func progress(containers []engine.Container) (ended, running bool) {
	ended = true
	seen := false
	for _, c := range containers {
		if c.Role != engine.RoleMain && c.Name != saveContainer {
			continue
		}
		seen = true
		ended = ended && c.Ended
		running = running || c.Role == engine.RoleMain && (c.Running || c.Ended)
	}
	return ended && seen, running
}

// saveContainer saves artifacts when main has ended; the step is not done before.
const saveContainer = "weft-save"

func failedWhileRunning(c engine.Container) bool {
	return c.Role == engine.RoleMain && c.Ended && c.Code != 0 && !neverBegan(c)
}

// notBegun are the reasons of containers that ended without their process.
var notBegun = []string{"StartError", "ContainerCannotRun"}

func neverBegan(c engine.Container) bool {
	return c.Role == engine.RoleMain && c.Ended && slices.Contains(notBegun, c.Reason)
}

// inVain reports whether all that is left of a Pod is the container that saves
// artifacts, and waits for one that never began. That one cannot tell that it is
// gone, so somebody has to end the Pod.
func inVain(p *corev1.Pod, containers []engine.Container) bool {
	saved := fields(p.Annotations[annotationSaved])
	never, saves := false, false
	for _, c := range containers {
		switch {
		case c.Name == saveContainer:
			saves = !c.Ended
		case c.Role == engine.RoleMain && !c.Ended:
			return false
		}
		never = never || neverBegan(c) && slices.Contains(saved, c.Name)
	}
	return saves && never
}

// containersOf are the containers in the order init, main, sidecars.
func containersOf(p *corev1.Pod) []engine.Container {
	states := map[string]*corev1.ContainerState{}
	for _, list := range [][]corev1.ContainerStatus{p.Status.InitContainerStatuses, p.Status.ContainerStatuses} {
		for i := range list {
			states[list[i].Name] = &list[i].State
		}
	}
	var first, mains, sidecars []engine.Container
	for i := range p.Spec.InitContainers {
		c := &p.Spec.InitContainers[i]
		if c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways {
			sidecars = append(sidecars, container(c.Name, engine.RoleSidecar, states[c.Name]))
		} else {
			first = append(first, container(c.Name, ownRole(c.Name, engine.RoleInit), states[c.Name]))
		}
	}
	listed := fields(p.Annotations[annotationMains])
	for i := range p.Spec.Containers {
		name := p.Spec.Containers[i].Name
		if len(listed) > 0 && !slices.Contains(listed, name) {
			sidecars = append(sidecars, container(name, engine.RoleSidecar, states[name]))
		} else {
			mains = append(mains, container(name, ownRole(name, engine.RoleMain), states[name]))
		}
	}
	return slices.Concat(first, mains, sidecars)
}

// ownRole is role, but for containers of weft's own.
func ownRole(name string, role engine.Role) engine.Role {
	if strings.HasPrefix(name, "weft-") {
		return engine.RoleWeft
	}
	return role
}

func container(name string, role engine.Role, state *corev1.ContainerState) engine.Container {
	c := engine.Container{Name: name, Role: role}
	switch {
	case state == nil:
	case state.Terminated != nil:
		t := state.Terminated
		c.Ended, c.Code, c.Message = true, int(t.ExitCode), t.Message
		if t.Reason != "Completed" {
			c.Reason = t.Reason
		}
	case state.Running != nil:
		c.Running = true
	case state.Waiting != nil:
		c.Reason, c.Message = state.Waiting.Reason, state.Waiting.Message
	}
	return c
}

// times are when the first main container began and the last one ended, in whole
// seconds that have begun: that is how the kubelet tells it. So an end was up to a
// second later, and who hears of it within that second knows better.
func times(p *corev1.Pod) (started, finished time.Time) {
	for _, c := range p.Status.ContainerStatuses {
		t := c.State.Terminated
		if t == nil {
			continue
		}
		if s := t.StartedAt.Time; !s.IsZero() && (started.IsZero() || s.Before(started)) {
			started = s
		}
		if t.FinishedAt.After(finished) {
			finished = t.FinishedAt.Time
		}
	}
	return started.UTC(), finished.UTC()
}

// pastDeadline reports whether the Pod was ended by its deadline: its process may
// take the signal for no reason to fail.
func pastDeadline(p *corev1.Pod, finished time.Time) bool {
	deadline := p.Spec.ActiveDeadlineSeconds
	return p.Status.Reason == reasonDeadline && deadline != nil && p.Status.StartTime != nil &&
		!finished.Before(p.Status.StartTime.Add(time.Duration(*deadline)*time.Second))
}

// reasonDeadline is what the kubelet says of Pods that took too long.
const reasonDeadline = "DeadlineExceeded"

// befell is what happened to the Pod as a whole, "" when nothing did.
func befell(p *corev1.Pod) (message string, class engine.Class) {
	class = disruption(p)
	switch reason := p.Status.Reason; {
	case reason == reasonDeadline:
		class = engine.ClassTimeout
	case reason == "Preempting":
		class = engine.ClassPreempted
	case reason != "" && class == "":
		class = engine.ClassInfrastructure
	}
	if class == "" && p.DeletionTimestamp != nil {
		class = engine.ClassInfrastructure // somebody deleted it
	}
	if class == "" && over(p) {
		class = pulling(p)
	}
	message = said(p)
	if message == "" && class != "" && class != engine.ClassImagePull {
		message = "the Pod was deleted before it ended"
	}
	return message, class
}

// said is what Kubernetes says of what it did to the Pod.
func said(p *corev1.Pod) string {
	if text := joined(p.Status.Reason, p.Status.Message); text != "" {
		return text
	}
	for _, c := range p.Status.Conditions {
		if c.Type == corev1.DisruptionTarget && c.Status == corev1.ConditionTrue {
			return joined(c.Reason, c.Message)
		}
	}
	return ""
}

// lossOf reports that the Pod, as it was seen last, will not be heard of any more.
func lossOf(p *corev1.Pod) engine.Report {
	r := engine.Report{State: engine.PodLost, Class: engine.ClassInfrastructure, Message: said(p), Host: p.Spec.NodeName}
	if class := disruption(p); class != "" {
		r.Class = class
	}
	return r
}

// lingers reports whether main has ended and a sidecar has not: how that ends
// counts, too.
func lingers(r *engine.Report) bool {
	return r.State == engine.PodEnded && slices.ContainsFunc(r.Containers, func(c engine.Container) bool {
		return c.Role == engine.RoleSidecar && c.Running
	})
}

// disruption is the class of what Kubernetes itself says it did to the Pod.
func disruption(p *corev1.Pod) engine.Class {
	for _, c := range p.Status.Conditions {
		if c.Type != corev1.DisruptionTarget || c.Status != corev1.ConditionTrue {
			continue
		}
		switch c.Reason {
		case corev1.PodReasonPreemptionByScheduler, "EvictionByEvictionAPI":
			return engine.ClassPreempted
		}
		return engine.ClassInfrastructure
	}
	return ""
}

// notReasons are the reasons of containers that wait for nothing in particular.
var notReasons = []string{"", "PodInitializing", "ContainerCreating"}

// waitsFor is why a container does not run yet.
func waitsFor(p *corev1.Pod) (message string, class engine.Class) {
	for _, list := range [][]corev1.ContainerStatus{p.Status.InitContainerStatuses, p.Status.ContainerStatuses} {
		for _, c := range list {
			if w := c.State.Waiting; w != nil && !slices.Contains(notReasons, w.Reason) {
				return joined(w.Reason, w.Message), pulling(p)
			}
		}
	}
	for _, c := range p.Status.Conditions {
		if c.Type != corev1.PodScheduled || c.Status != corev1.ConditionFalse || c.Reason == "" {
			continue
		}
		if c.Reason == corev1.PodReasonUnschedulable {
			class = engine.ClassUnschedulable
		}
		return joined(c.Reason, c.Message), class
	}
	return "", ""
}

// imageReasons are the reasons of containers whose image is not to be had.
var imageReasons = []string{"ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName", "ImageInspectError", "RegistryUnavailable"}

func pulling(p *corev1.Pod) engine.Class {
	for _, list := range [][]corev1.ContainerStatus{p.Status.InitContainerStatuses, p.Status.ContainerStatuses} {
		for _, c := range list {
			if w := c.State.Waiting; w != nil && slices.Contains(imageReasons, w.Reason) {
				return engine.ClassImagePull
			}
		}
	}
	return ""
}

// gather reads the records of containers that have ended.
func gather(r *engine.Report, p *corev1.Pod, open logOpener) {
	tells := fields(p.Annotations[annotationTells])
	records := run.Records{Saves: savesOf(p)}
	for i := range r.Containers {
		c := &r.Containers[i]
		if c.Ended {
			records.Add(c, slices.Contains(tells, c.Name), func() (io.ReadCloser, error) { return open(c.Name) })
		}
	}
	r.Outputs, r.OutputError = records.Outputs()
	r.OutputClass = records.Class()
}

// savesOf are the artifacts that a Pod was told to save.
func savesOf(p *corev1.Pod) []instructions.Save {
	var tell instructions.Instructions
	text := cmp.Or(p.Annotations[annotationSaves], p.Annotations[pod.AnnotationInstructions])
	if json.Unmarshal([]byte(text), &tell) != nil {
		return nil // it was told nothing
	}
	return tell.Save
}

func hasCondition(p *corev1.Pod, kind corev1.PodConditionType, status corev1.ConditionStatus) bool {
	return slices.ContainsFunc(p.Status.Conditions, func(c corev1.PodCondition) bool { return c.Type == kind && c.Status == status })
}

func joined(reason, message string) string {
	if reason != "" && message != "" {
		return reason + ": " + message
	}
	return reason + message
}

func fields(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' })
}
