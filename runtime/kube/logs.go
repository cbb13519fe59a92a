package kube

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/record"
)

// A Pod of a run, for those who look at it.
type Pod struct {
	Name       string
	Node       string   // path of the node
	Containers []string // those that have begun
	Over       bool     // none of them runs any more, or ever will
	// Report is how it stands, but for outputs.
	Report  engine.Report
	created time.Time
}

// Pods lists the Pods of the run, the oldest first.
func (r *Run) Pods(ctx context.Context) ([]Pod, error) {
	var all []Pod
	_, err := list(ctx, r.cluster, podResource, pod.LabelRunUID+"="+r.Header.UID, func(l *corev1.PodList) {
		for i := range l.Items {
			p := &l.Items[i]
			seen := Pod{Name: p.Name, Node: p.Annotations[pod.AnnotationNode], created: p.CreationTimestamp.Time, Over: over(p), Report: glance(p)}
			for _, c := range slices.Concat(p.Status.InitContainerStatuses, p.Status.ContainerStatuses) {
				if c.State.Running != nil || c.State.Terminated != nil {
					seen.Containers = append(seen.Containers, c.Name)
				}
			}
			all = append(all, seen)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("list Pods: %w", err)
	}
	slices.SortStableFunc(all, func(a, b Pod) int { return a.created.Compare(b.created) })
	return all, nil
}

// glance is the report of a Pod without reading records.
func glance(p *corev1.Pod) engine.Report {
	if ended, _ := progress(containersOf(p)); ended || over(p) {
		return engine.Report{State: engine.PodEnded}
	}
	return reportOf(p, nil)
}

// LogLine is a line of a container's log.
type LogLine struct {
	Time time.Time
	Text string
}

// Log reads what a container has written after some time; records are no part of
// it. A log that is not there any more is empty.
func (r *Run) Log(ctx context.Context, pod, container string, after time.Time) ([]LogLine, error) {
	options := &corev1.PodLogOptions{Container: container, Timestamps: true}
	if !after.IsZero() {
		since := metav1.NewTime(after) // whole seconds count
		options.SinceTime = &since
	}
	stream, err := r.cluster.openLog(ctx, pod, options)
	if apierrors.IsNotFound(err) || apierrors.IsBadRequest(err) {
		return nil, nil
	}
	var lines []LogLine
	if err == nil {
		defer stream.Close()
		lines, err = readLog(stream, after)
	}
	if err != nil {
		return lines, fmt.Errorf("read the log of %s, container %s: %w", pod, container, err)
	}
	return lines, nil
}

func readLog(stream io.Reader, after time.Time) ([]LogLine, error) {
	var lines []LogLine
	in := bufio.NewReader(stream)
	for {
		line, err := in.ReadString('\n') // however long: the kubelet bounds logs
		if err != nil && err != io.EOF {
			return lines, err
		}
		at, text, _ := strings.Cut(strings.TrimRight(line, "\r\n"), " ")
		if when, err := time.Parse(time.RFC3339Nano, at); err == nil && when.After(after) && !record.IsLine(text) {
			lines = append(lines, LogLine{when, text})
		}
		if err == io.EOF {
			return lines, nil
		}
	}
}
