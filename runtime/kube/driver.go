package kube

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// A run that nobody wants to wait for is driven by a Job. The Job begins its Pod
// again when that crashes or its machine goes away, and the process in it goes on
// from the journal.

const (
	kindDriver    = "driver"
	labelDriverOf = "weft.dev/driver-of" // UID of the run, on Pods of the Job: they are no steps

	driverTries = 30               // with pauses of up to 6 minutes between them
	driverKept  = 60 * 60          // seconds that a Job which has ended stays
	driverName  = "weft"           // of its container
	driverCPU   = "50m"            // a driver mostly waits
	driverSpace = "128Mi"          // and holds all nodes of the run
	driverGrace = 30 * time.Second // for its Pod to give back the Lease
)

// finalCodes are the exit codes of weft that mean that trying again changes
// nothing: the run has failed, or its sources are wrong. 2 is not among them: Go
// programs that crash end with it.
var finalCodes = []int32{1, 4}

// DriverOptions say what a Job is made of that drives a run.
type DriverOptions struct {
	Image          string   // weft is its entrypoint
	ServiceAccount string   // has Rights
	Args           []string // of weft
}

// Detach makes a Job that drives the run. It is deleted with the run.
func (r *Run) Detach(ctx context.Context, o DriverOptions) error {
	if err := r.cluster.create(ctx, jobResource, r.driverJob(o), &batchv1.Job{}); err != nil {
		return fmt.Errorf("create a Job that drives the run: %w", err)
	}
	return nil
}

// driverJob is one that passes the restricted level of Pod security.
func (r *Run) driverJob(o DriverOptions) *batchv1.Job {
	yes, no := true, false
	tries, kept, grace := int32(driverTries), int32(driverKept), int64(driverGrace/time.Second)
	name := driverName
	meta := r.owned(kindDriver, "")
	meta.GenerateName = "weft-" + r.Name + "-" // of which the API server cuts what is too much
	return &batchv1.Job{
		ObjectMeta: meta,
		Spec: batchv1.JobSpec{
			BackoffLimit: &tries, TTLSecondsAfterFinished: &kept,
			PodFailurePolicy: &batchv1.PodFailurePolicy{Rules: []batchv1.PodFailurePolicyRule{
				{
					Action: batchv1.PodFailurePolicyActionFailJob,
					OnExitCodes: &batchv1.PodFailurePolicyOnExitCodesRequirement{
						ContainerName: &name, Operator: batchv1.PodFailurePolicyOnExitCodesOpIn, Values: finalCodes,
					},
				},
				{
					Action: batchv1.PodFailurePolicyActionIgnore,
					OnPodConditions: []batchv1.PodFailurePolicyOnPodConditionsPattern{
						{Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue},
					},
				},
			}},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{labelDriverOf: r.Header.UID}},
				Spec: corev1.PodSpec{
					RestartPolicy: corev1.RestartPolicyNever, TerminationGracePeriodSeconds: &grace,
					ServiceAccountName: o.ServiceAccount, AutomountServiceAccountToken: &yes,
					SecurityContext: &corev1.PodSecurityContext{
						RunAsNonRoot: &yes, SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
					},
					Containers: []corev1.Container{{
						Name: driverName, Image: o.Image, Args: o.Args, ImagePullPolicy: corev1.PullIfNotPresent,
						TerminationMessagePolicy: corev1.TerminationMessageFallbackToLogsOnError,
						Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{
							corev1.ResourceCPU: resource.MustParse(driverCPU), corev1.ResourceMemory: resource.MustParse(driverSpace),
						}},
						SecurityContext: &corev1.SecurityContext{
							AllowPrivilegeEscalation: &no, ReadOnlyRootFilesystem: &yes,
							Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
						},
					}},
				},
			},
		},
	}
}

// A Driver is a Job that drives a run, or did.
type Driver struct {
	Job     string
	Created time.Time
	Ended   bool   // it will not begin a Pod again
	Pod     string // the newest, "" while there is none
	Running bool   // the process in it
	Exited  bool   // the process in it has ended
	Message string // why it does not run, or how it ended
}

// Drivers lists the Jobs of the run, the newest first. Whoever may not see Jobs is
// told of their Pods.
func (r *Run) Drivers(ctx context.Context) ([]Driver, error) {
	found := map[string]*Driver{}
	_, err := list(ctx, r.cluster, jobResource, r.selector(kindDriver), func(l *batchv1.JobList) {
		for i := range l.Items {
			j := &l.Items[i]
			d := &Driver{Job: j.Name, Created: j.CreationTimestamp.Time}
			for _, c := range j.Status.Conditions {
				if c.Status == corev1.ConditionTrue && (c.Type == batchv1.JobComplete || c.Type == batchv1.JobFailed) {
					d.Ended, d.Message = true, joined(c.Reason, c.Message)
				}
			}
			found[j.Name] = d
		}
	})
	if err != nil && !apierrors.IsForbidden(err) {
		return nil, fmt.Errorf("list the Jobs that drive the run: %w", err)
	}
	newest := map[string]time.Time{}
	_, err = list(ctx, r.cluster, podResource, labelDriverOf+"="+r.Header.UID, func(l *corev1.PodList) {
		for i := range l.Items {
			p := &l.Items[i]
			job := p.Labels[batchv1.JobNameLabel]
			d := found[job]
			if d == nil {
				d = &Driver{Job: job, Created: p.CreationTimestamp.Time}
				found[job] = d
			}
			if !p.CreationTimestamp.Time.Before(newest[job]) {
				newest[job] = p.CreationTimestamp.Time
				d.look(p)
			}
		}
	})
	if err != nil {
		return nil, fmt.Errorf("list the Pods that drive the run: %w", err)
	}
	var all []Driver
	for _, d := range found {
		all = append(all, *d)
	}
	slices.SortFunc(all, func(a, b Driver) int {
		if c := b.Created.Compare(a.Created); c != 0 {
			return c
		}
		return strings.Compare(a.Job, b.Job)
	})
	return all, nil
}

// look takes what the newest Pod of the Job tells.
func (d *Driver) look(p *corev1.Pod) {
	d.Pod, d.Running, d.Exited = p.Name, false, false
	report := reportOf(p, nil)
	for _, c := range report.Containers {
		d.Running = d.Running || c.Running
	}
	for _, s := range p.Status.ContainerStatuses {
		if t := s.State.Terminated; t != nil {
			d.Exited = true
			d.Message = fmt.Sprintf("it ended with exit code %d", t.ExitCode)
			if text := lastLine(t.Message); text != "" {
				d.Message += ": " + strings.TrimPrefix(text, "weft: ")
			}
			d.Ended = d.Ended || t.ExitCode == 0 || slices.Contains(finalCodes, t.ExitCode)
			return
		}
	}
	if report.Message != "" {
		d.Message = report.Message
	}
}

// lastLine is the last line of a text that is not empty.
func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return text[strings.LastIndexByte(text, '\n')+1:]
}

// A Leader is the process that drives a run.
type Leader struct {
	Process string // where it runs, and its number there
	Since   time.Time
	Renewed time.Time // when it was last heard of
}

// Leader is who drives the run, nil when nobody does.
func (r *Run) Leader(ctx context.Context) (*Leader, error) {
	lease, err := r.lease(ctx)
	if err != nil || lease == nil || !r.cluster.held(lease) {
		return nil, err
	}
	l := &Leader{Renewed: lease.Spec.RenewTime.Time}
	if t := lease.Spec.AcquireTime; t != nil {
		l.Since = t.Time
	}
	host, rest, _ := strings.Cut(*lease.Spec.HolderIdentity, "/")
	process, _, _ := strings.Cut(rest, "/")
	if l.Process = host; process != "" && process != "1" { // in a Pod it is always the first
		l.Process = "process " + process + " on " + host
	}
	return l, nil
}

// DetachRights are what detaching takes beside Rights.
func DetachRights() []Right {
	return []Right{{"batch", jobResource, []string{"create", "list"}}}
}
