package kube

import (
	"context"
	"errors"
	"io"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/run"
)

// Logs can be read as long as the Pod is there. One that breaks off, or lacks a
// part of the record, is read some times more; a kubelet that is away, since it or
// its machine begins anew, is waited for as the API server would be.
const (
	logTries   = 5
	logSilence = 30 * time.Second
)

// readLogs reports the end of a Pod a record of which is in its log.
func (b *Backend) readLogs(ctx context.Context, ref run.PodRef, p *corev1.Pod) {
	var pause backoff
	begun := time.Now()
	for try := 1; ; try++ {
		report, away := b.readLogsOnce(ctx, p, try == 1)
		if ctx.Err() != nil {
			return
		}
		again := try < logTries || away && time.Since(begun) < outage
		if report.OutputClass != engine.ClassInfrastructure || !again {
			b.reports.add(run.PodReport{PodRef: ref, Report: report})
			return
		}
		pause.wait(ctx)
	}
}

// readLogsOnce reads the records, and tells whether the kubelet was away. With end
// it looks at the end of each log alone.
func (b *Backend) readLogsOnce(ctx context.Context, p *corev1.Pod, end bool) (report engine.Report, away bool) {
	select {
	case b.spills <- struct{}{}:
		defer func() { <-b.spills }()
	case <-ctx.Done():
		return report, false
	}
	report = reportOf(p, func(container string) (io.ReadCloser, error) {
		options := &corev1.PodLogOptions{Container: container}
		if end {
			options.TailLines = new(int64(recordTail))
		}
		log, err := b.cluster.openLog(ctx, p.Name, options)
		away = away || err != nil && passing(err)
		return log, err
	})
	return report, away
}

// recordTail is more lines than the longest record has. They are the last ones,
// unless processes that a container left behind write on: then all of it is read,
// which may be many megabytes.
const recordTail = 500

// errSilent ends the reading of a log of which nothing more comes.
var errSilent = errors.New("the kubelet does not answer")

// A logStream is a log that is being read. It breaks off when nothing comes for
// some time: neither the API server nor the client would ever give up.
type logStream struct {
	io.ReadCloser
	silence *time.Timer
	most    time.Duration
	cancel  context.CancelCauseFunc
}

// openLog opens what a container has written so far.
func (c *Cluster) openLog(ctx context.Context, pod string, options *corev1.PodLogOptions) (io.ReadCloser, error) {
	ctx, cancel := context.WithCancelCause(quiet(ctx))
	s := &logStream{most: c.logSilence, cancel: cancel}
	s.silence = time.AfterFunc(s.most, func() { cancel(errSilent) })
	var err error
	s.ReadCloser, err = c.core.Get().Namespace(c.Namespace).Resource(podResource).Name(pod).SubResource("log").
		VersionedParams(options, c.parameters).Stream(ctx)
	if err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

func (s *logStream) Read(p []byte) (int, error) {
	n, err := s.ReadCloser.Read(p)
	s.silence.Reset(s.most)
	return n, err
}

// Close lets go of the log.
func (s *logStream) Close() error {
	defer s.stop()
	return s.ReadCloser.Close()
}

func (s *logStream) stop() {
	s.silence.Stop()
	s.cancel(nil)
}
