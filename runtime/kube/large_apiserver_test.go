//go:build apiserver && linux

package kube

import (
	"bytes"
	"crypto/sha512"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/weft-lang/weft/runtime/record"
)

// A size is what a run takes.
type size struct {
	nodes              int
	run, get           time.Duration
	driver, reader     int64 // memory of weft run and of weft get, in bytes
	objects, chunks    int   // ConfigMaps of the run, and those of its journal, folded or not
	biggest, allChunks int   // bytes
}

// largeRun lets the program run a workflow of count Pods that each have a result,
// and measures.
func largeRun(t testing.TB, count int) size {
	t.Helper()
	weft, file := program(t, fmt.Sprintf(`
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: make, template: make, withSequence: {count: "%d"}, arguments: {parameters: [{name: item, value: "{{item}}"}]}}
    - - {name: count, template: count, arguments: {parameters: [{name: all, value: "{{steps.make.outputs.result}}"}]}}
  - name: make
    inputs: {parameters: [{name: item}]}
    script: {image: "i:1", command: [sh], source: "echo {{inputs.parameters.item}}"}
  - name: count
    inputs: {parameters: [{name: all}]}
    container: {image: "i:1", command: [x]}`, count))
	c, kubelet := newPlace(t, func(p *corev1.Pod) play {
		result := fmt.Sprintf("%x", sha512.Sum512([]byte(p.Name))) // which no compression makes small
		return play{after: time.Millisecond, record: &record.Record{Container: "main", Result: &result}}
	})
	weftDo := func(args ...string) (time.Duration, int64) {
		cmd := exec.CommandContext(t.Context(), weft, append(args, "--cluster", "-n", c.Namespace, "--kubeconfig", access.Kubeconfig)...)
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		begun := time.Now()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error)
		go func() { ended <- cmd.Wait() }()
		var most int64
		for {
			select {
			case err := <-ended:
				if err != nil {
					t.Fatalf("%v: %v\n%s", args, err, out.Bytes()[max(0, out.Len()-4000):])
				}
				return time.Since(begun), most
			case <-time.After(10 * time.Millisecond):
				most = max(most, peakOf(cmd.Process.Pid))
			}
		}
	}
	s := size{nodes: count + 4}
	s.run, s.driver = weftDo("run", file, "--name", "wf")
	s.get, s.reader = weftDo("get", "wf", "-o", "json")
	if n := kubelet.once(t); n != count+1 {
		t.Errorf("%d Pods", n)
	}
	_, err := list(t.Context(), c, mapResource, "", func(l *corev1.ConfigMapList) {
		for i := range l.Items {
			s.objects++
			s.biggest = max(s.biggest, l.Items[i].Size())
			if kind := l.Items[i].Labels[labelKind]; kind == kindJournal || kind == kindFolded {
				s.chunks++
				s.allChunks += l.Items[i].Size()
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// peakOf is the most memory that a process has taken, in bytes, 0 when it has ended.
// What the kernel says of it in the end counts the process that started it as well.
func peakOf(pid int) (bytes int64) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, peak, _ := strings.Cut(string(text), "VmHWM:")
	fmt.Sscan(peak, &bytes)
	return bytes << 10
}

// The state of a run stays in pieces that an API server takes, and together far
// below what etcd holds.
func TestAPIServerStateIsSmall(t *testing.T) {
	s := largeRun(t, 2000)
	t.Logf("%+v", s)
	if s.biggest > maxPart+4096 {
		t.Errorf("a ConfigMap has %d bytes", s.biggest)
	}
	if perNode := s.allChunks / s.nodes; perNode > 1024 {
		t.Errorf("the journal has %d bytes for each node", perNode)
	}
	if s.objects > 100 {
		t.Errorf("the run has %d ConfigMaps", s.objects)
	}
}

// BenchmarkAPIServerLarge is what a run of 10,000 Pods takes.
func BenchmarkAPIServerLarge(b *testing.B) {
	for b.Loop() {
		s := largeRun(b, 10_000)
		b.ReportMetric(s.run.Seconds(), "s/run")
		b.ReportMetric(s.get.Seconds(), "s/get")
		b.ReportMetric(float64(s.driver>>20), "MiB-driver")
		b.ReportMetric(float64(s.reader>>20), "MiB-get")
		b.ReportMetric(float64(s.objects), "ConfigMaps")
		b.ReportMetric(float64(s.chunks), "chunks")
		b.ReportMetric(float64(s.biggest>>10), "KiB-biggest")
		b.ReportMetric(float64(s.allChunks>>10), "KiB-journal")
	}
	b.ReportMetric(0, "ns/op")
}
