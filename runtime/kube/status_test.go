package kube

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/compiler/pod/instructions"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/record"
)

func waiting(name, reason, message string) corev1.ContainerStatus {
	return corev1.ContainerStatus{Name: name, State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message}}}
}

func isRunning(name string) corev1.ContainerStatus {
	return corev1.ContainerStatus{Name: name, State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}}
}

func terminated(name string, code int32, reason, message string) corev1.ContainerStatus {
	return corev1.ContainerStatus{Name: name, State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: code, Reason: reason, Message: message}}}
}

// endedAround lets a Pod reach its deadline, and its containers end well so many
// seconds after it began.
func endedAround(p *corev1.Pod, deadline, ended int64) {
	start := metav1.NewTime(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	p.Spec.ActiveDeadlineSeconds = &deadline
	p.Status.StartTime = &start
	p.Status.Phase, p.Status.Reason, p.Status.Message = corev1.PodFailed, reasonDeadline, "too long"
	main, save := terminated("main", 0, "Completed", ""), terminated("weft-save", 0, "Completed", "")
	main.State.Terminated.FinishedAt = metav1.NewTime(start.Add(time.Duration(ended) * time.Second))
	p.Status.ContainerStatuses = []corev1.ContainerStatus{main, save}
}

// somePod has init, main, a sidecar and the container that saves.
func somePod(change func(*corev1.Pod)) *corev1.Pod {
	always := corev1.ContainerRestartPolicyAlways
	p := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{}},
		Spec: corev1.PodSpec{
			NodeName:       "n1",
			InitContainers: []corev1.Container{{Name: "weft-stage"}, {Name: "prepare"}, {Name: "db", RestartPolicy: &always}},
			Containers:     []corev1.Container{{Name: "main"}, {Name: "weft-save"}},
		},
		Status: corev1.PodStatus{Phase: corev1.PodPending, PodIP: "10.0.0.1"},
	}
	change(p)
	return p
}

func noLog(string) (io.ReadCloser, error) { return nil, errors.New("no log") }

func encoded(t *testing.T, r record.Record) string {
	t.Helper()
	text, _, err := record.Encode(r, 4000)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestReportOf(t *testing.T) {
	result := "42"
	for _, c := range []struct {
		name    string
		pod     func(*corev1.Pod)
		state   engine.PodState
		message string
		class   engine.Class
	}{
		{"new", func(*corev1.Pod) {}, engine.PodPending, "", ""},
		{"unschedulable", func(p *corev1.Pod) {
			p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: "Unschedulable", Message: "0/3 nodes"}}
		}, engine.PodPending, "Unschedulable: 0/3 nodes", engine.ClassUnschedulable},
		{"gated", func(p *corev1.Pod) {
			p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: "SchedulingGated", Message: "waiting for a queue"}}
		}, engine.PodPending, "SchedulingGated: waiting for a queue", ""},
		{"pulling", func(p *corev1.Pod) {
			p.Status.ContainerStatuses = []corev1.ContainerStatus{waiting("main", "ImagePullBackOff", "no such image")}
		}, engine.PodPending, "ImagePullBackOff: no such image", engine.ClassImagePull},
		{"lacks a ConfigMap", func(p *corev1.Pod) {
			p.Status.ContainerStatuses = []corev1.ContainerStatus{waiting("main", "CreateContainerConfigError", `configmap "x" not found`)}
		}, engine.PodPending, `CreateContainerConfigError: configmap "x" not found`, ""},
		{"initializing", func(p *corev1.Pod) {
			p.Status.InitContainerStatuses = []corev1.ContainerStatus{isRunning("weft-stage")}
			p.Status.ContainerStatuses = []corev1.ContainerStatus{waiting("main", "PodInitializing", "")}
		}, engine.PodPending, "", ""},
		{"runs", func(p *corev1.Pod) {
			p.Status.ContainerStatuses = []corev1.ContainerStatus{isRunning("main"), isRunning("weft-save")}
			p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}}
		}, engine.PodRunning, "", ""},
		{"ready", func(p *corev1.Pod) {
			p.Annotations[pod.AnnotationDaemon] = "true"
			p.Status.ContainerStatuses = []corev1.ContainerStatus{isRunning("main")}
			p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}}
		}, engine.PodReady, "", ""},
		{"what saves runs, and main cannot be pulled", func(p *corev1.Pod) {
			p.Status.Phase = corev1.PodPending
			p.Status.ContainerStatuses = []corev1.ContainerStatus{waiting("main", "ErrImagePull", "no such image"), isRunning("weft-save")}
		}, engine.PodPending, "ErrImagePull: no such image", engine.ClassImagePull},
		{"what saves has failed, and main is to begin", func(p *corev1.Pod) {
			p.Status.ContainerStatuses = []corev1.ContainerStatus{waiting("main", "ContainerCreating", ""), terminated("weft-save", 1, "Error", "")}
		}, engine.PodPending, "", ""},
		{"one of several cannot be pulled", func(p *corev1.Pod) {
			p.Spec.Containers = append(p.Spec.Containers, corev1.Container{Name: "other"})
			p.Status.ContainerStatuses = []corev1.ContainerStatus{isRunning("main"), isRunning("weft-save"), waiting("other", "ImagePullBackOff", "no such image")}
		}, engine.PodRunning, "ImagePullBackOff: no such image", engine.ClassImagePull},
		{"saves", func(p *corev1.Pod) {
			p.Status.ContainerStatuses = []corev1.ContainerStatus{terminated("main", 0, "Completed", ""), isRunning("weft-save")}
		}, engine.PodRunning, "", ""},
		{"ended while a sidecar runs", func(p *corev1.Pod) {
			p.Status.Phase = corev1.PodRunning
			p.Status.InitContainerStatuses = []corev1.ContainerStatus{isRunning("db")}
			p.Status.ContainerStatuses = []corev1.ContainerStatus{terminated("main", 0, "Completed", ""), terminated("weft-save", 0, "", "")}
		}, engine.PodEnded, "", ""},
		{"a container of a patch is not waited for", func(p *corev1.Pod) {
			p.Annotations[annotationMains] = "main,weft-save"
			p.Spec.Containers = append(p.Spec.Containers, corev1.Container{Name: "proxy"})
			p.Status.ContainerStatuses = []corev1.ContainerStatus{
				terminated("main", 0, "Completed", ""), terminated("weft-save", 0, "Completed", ""), isRunning("proxy"),
			}
		}, engine.PodEnded, "", ""},
		{"failed by itself", func(p *corev1.Pod) {
			p.Status.Phase = corev1.PodFailed
			p.Status.ContainerStatuses = []corev1.ContainerStatus{terminated("main", 1, "Error", ""), terminated("weft-save", 0, "", "")}
		}, engine.PodEnded, "", ""},
		{"init failed", func(p *corev1.Pod) {
			p.Status.Phase = corev1.PodFailed
			p.Status.InitContainerStatuses = []corev1.ContainerStatus{terminated("prepare", 1, "Error", "")}
			p.Status.ContainerStatuses = []corev1.ContainerStatus{waiting("main", "PodInitializing", "")}
		}, engine.PodEnded, "", ""},
		{"out of time", func(p *corev1.Pod) {
			p.Status.Phase, p.Status.Reason, p.Status.Message = corev1.PodFailed, "DeadlineExceeded", "too long"
			p.Status.ContainerStatuses = []corev1.ContainerStatus{terminated("main", 137, "Error", ""), terminated("weft-save", 137, "", "")}
		}, engine.PodEnded, "DeadlineExceeded: too long", engine.ClassTimeout},
		{"out of time, and its process takes the signal for no failure", func(p *corev1.Pod) {
			endedAround(p, 30, 31)
		}, engine.PodEnded, "DeadlineExceeded: too long", engine.ClassTimeout},
		{"ended before its sidecar ran out of time", func(p *corev1.Pod) {
			endedAround(p, 30, 29)
		}, engine.PodEnded, "", ""},
		{"evicted", func(p *corev1.Pod) {
			p.Status.Phase, p.Status.Reason, p.Status.Message = corev1.PodFailed, "Evicted", "low on memory"
		}, engine.PodEnded, "Evicted: low on memory", engine.ClassInfrastructure},
		{"preempted", func(p *corev1.Pod) {
			now := metav1.Now()
			p.DeletionTimestamp = &now
			p.Status.Conditions = []corev1.PodCondition{{Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue, Reason: "PreemptionByScheduler", Message: "for another"}}
			p.Status.ContainerStatuses = []corev1.ContainerStatus{terminated("main", 143, "Error", ""), terminated("weft-save", 143, "", "")}
		}, engine.PodEnded, "PreemptionByScheduler: for another", engine.ClassPreempted},
		{"deleted by somebody", func(p *corev1.Pod) {
			now := metav1.Now()
			p.DeletionTimestamp = &now
			p.Status.ContainerStatuses = []corev1.ContainerStatus{terminated("main", 143, "Error", ""), terminated("weft-save", 143, "", "")}
		}, engine.PodEnded, "the Pod was deleted before it ended", engine.ClassInfrastructure},
		{"deleted after it ended well", func(p *corev1.Pod) {
			now := metav1.Now()
			p.DeletionTimestamp = &now
			p.Status.ContainerStatuses = []corev1.ContainerStatus{terminated("main", 0, "Completed", ""), terminated("weft-save", 0, "", "")}
		}, engine.PodEnded, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := reportOf(somePod(c.pod), noLog)
			if r.State != c.state || r.Message != c.message || r.Class != c.class || r.OutputError != "" {
				t.Errorf("%+v", r)
			}
		})
	}

	p := somePod(func(p *corev1.Pod) {
		p.Annotations[annotationTells] = "main,weft-save"
		p.Status.ContainerStatuses = []corev1.ContainerStatus{
			terminated("main", 0, "Completed", encoded(t, record.Record{Container: "main", Result: &result, Message: "bye"})), terminated("weft-save", 0, "Completed", ""),
		}
		p.Status.ContainerStatuses[0].State.Terminated.FinishedAt = metav1.NewTime(time.Unix(100, 0))
	})
	r := reportOf(p, noLog)
	if r.Outputs == nil || *r.Outputs.Result != "42" || r.Containers[2].Message != "bye" || !strings.Contains(r.OutputError, `"weft-save" left no record`) {
		t.Errorf("%+v", r)
	}
	if !r.Finished.Equal(time.Unix(101, 0)) || r.Host != "n1" { // it ended within that second
		t.Errorf("%+v", r)
	}
	roles := ""
	for _, c := range r.Containers {
		roles += c.Name + " "
	}
	if roles != "weft-stage prepare main weft-save db " {
		t.Errorf("containers: %s", roles)
	}
}

// Where an artifact is stands in what the Pod was told, whether that is on the Pod
// or in a ConfigMap, and never in the record.
func TestReportOfArtifacts(t *testing.T) {
	tell := instructions.Instructions{Save: []instructions.Save{{Name: "a", Container: "main", By: "main", Location: []byte(`{"folder":{"key":"k"}}`)}}}
	object := somePod(func(p *corev1.Pod) { p.Annotations[pod.AnnotationInstructions] = tell.Encode() })
	large := somePod(func(*corev1.Pod) {})
	m := &corev1.ConfigMap{Data: map[string]string{instructions.Key: tell.Encode()}}
	m.Name = large.Name
	for name, objects := range map[string]*pod.Objects{"on the Pod": {Pod: object}, "in a ConfigMap": {Pod: large, ConfigMaps: []*corev1.ConfigMap{m}}} {
		p := annotated(objects)
		p.Status.ContainerStatuses = []corev1.ContainerStatus{
			terminated("main", 0, "Completed", encoded(t, record.Record{Container: "main", Artifacts: []string{"a", "b"}})), terminated("weft-save", 0, "Completed", ""),
		}
		r := reportOf(p, noLog)
		if r.Outputs == nil || len(r.Outputs.Artifacts) != 1 || string(r.Outputs.Artifacts[0].Location) != `{"folder":{"key":"k"}}` {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// A record in the log is read from it, and one that is not there is an error.
func TestReportOfSpilledRecord(t *testing.T) {
	result := strings.Repeat("0123456789 ", 40_000) + strings.Repeat("x", 1000)
	message, lines, err := record.Encode(record.Record{Container: "main", Result: &result}, 100)
	if err != nil || len(lines) == 0 {
		t.Fatal(err, len(lines))
	}
	p := somePod(func(p *corev1.Pod) {
		p.Annotations[annotationTells] = "main"
		p.Status.ContainerStatuses = []corev1.ContainerStatus{terminated("main", 0, "Completed", message), terminated("weft-save", 0, "Completed", "")}
	})
	r := reportOf(p, func(container string) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader("hello\n" + strings.Join(lines, "\n") + "\n")), nil
	})
	if r.Outputs == nil || *r.Outputs.Result != result {
		t.Errorf("%+v", r.OutputError)
	}
	if r = reportOf(p, noLog); r.Outputs != nil || !strings.Contains(r.OutputError, "no log") {
		t.Errorf("%+v", r)
	}
}

func TestGate(t *testing.T) {
	g := newGate(8)
	var eras []int
	for range 8 {
		era, err := g.enter(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		eras = append(eras, era)
	}
	for _, era := range eras { // all were under way when the API server had enough
		g.leave(era, true)
	}
	if g.limit != 4 || g.active != 0 {
		t.Errorf("%d of %d", g.active, g.limit)
	}
	for range 100 {
		era, err := g.enter(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		g.leave(era, false)
	}
	if g.limit != 8 {
		t.Errorf("the bound is %d again", g.limit)
	}
}
