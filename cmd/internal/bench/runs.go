//go:build unix

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing/fstest"
	"text/tabwriter"
	"time"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/run"
	"github.com/weft-lang/weft/runtime/sim"
	"github.com/weft-lang/weft/runtime/store"
	"github.com/weft-lang/weft/validate"
	project "github.com/weft-lang/weft/validate/lint"
)

// fan is a loop of n Pods; nested is a loop of n loops of n.
func fan(n int) file {
	return file{"fan.yaml", header + fmt.Sprintf("    steps: [[{name: a, template: work, withSequence: {count: \"%d\"}}]]\n", n)}
}

func nested(n int) file {
	return file{"nested.yaml", header + fmt.Sprintf(`    steps: [[{name: a, template: inner, withSequence: {count: "%d"}}]]
  - name: inner
    steps: [[{name: b, template: work, withSequence: {count: "%d"}}]]
`, n, n)}
}

// simulated measures whole runs with simulated Pods: driver, engine and a journal
// on disk.
func simulated(dir string) error {
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "simulated run\tnodes\tevents\trun\tper node\tlive memory per node\tjournal\tresume\t")
	for _, row := range []struct {
		what string
		file file
	}{
		{"loop of 100,000 Pods", fan(100_000)},
		{"loop of 10,000 Pods", fan(10_000)},
		{"316 loops of 316 Pods", nested(316)},
		{"chain of 10,000 tasks", chain(10_000)},
		{"chain of 100,000 tasks", chain(100_000)},
	} {
		if err := simulate(table, dir, row.what, row.file); err != nil {
			return fmt.Errorf("%s: %w", row.what, err)
		}
	}
	return table.Flush()
}

func simulate(table *tabwriter.Writer, dir, what string, f file) error {
	checked, err := checkFile(f)
	if err != nil {
		return err
	}
	name := filepath.Join(dir, "journal")
	defer os.Remove(name)
	j, err := store.CreateJournal(name, store.Header{Name: "bench"})
	if err != nil {
		return err
	}
	defer j.Close()
	before := liveHeap()
	begun := time.Now()
	r, err := drive(checked, j, nil)
	took := time.Since(begun)
	if err != nil {
		return err
	}
	nodes := r.Engine().Len()
	memory := liveHeap() - before
	runtime.KeepAlive(r)
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	begun = time.Now()
	j2, contents, err := store.OpenJournal(name)
	if err != nil {
		return err
	}
	defer j2.Close()
	if r, err = drive(checked, j2, contents); err != nil {
		return err
	}
	if r.Engine().Len() != nodes {
		return fmt.Errorf("%d nodes after the resume, %d before", r.Engine().Len(), nodes)
	}
	fmt.Fprintf(table, "%s\t%d\t%d\t%s\t%.1f µs\t%d B\t%.0f MB\t%s\t\n", what, nodes, contents.Len(), millis(took),
		float64(took.Microseconds())/float64(nodes), memory/int64(nodes), float64(info.Size())/1e6, millis(time.Since(begun)))
	return nil
}

func drive(checked *ir.Checked, j *store.Journal, contents *store.Contents) (*run.Run, error) {
	// Real events come in groups, too: those of the time that a group takes to get
	// to the disk.
	world := sim.New(sim.Succeed, sim.Faults{Batch: 0.998})
	opts := run.Options{
		Backend: world, Loop: world.Loop(0), Journal: j,
		Build: func(pod.Input) (*pod.Objects, error) { return nil, nil },
	}
	if contents != nil {
		opts.History = contents.Replay(-1)
	}
	r, err := run.New(checked, engine.Config{
		Object: checked.Project().Objects[0], Name: "bench", UID: "bench", Created: sim.Epoch,
	}, opts)
	if err != nil {
		return nil, err
	}
	result, err := r.Go(context.Background())
	if err == nil && result.Phase != engine.Succeeded {
		err = fmt.Errorf("the run is %s: %s", result.Phase, result.Message)
	}
	return r, err
}

func checkFile(f file) (*ir.Checked, error) {
	weft := validate.ForWeft
	r := project.Run(fstest.MapFS{f.name: {Data: []byte(f.text)}}, []string{f.name}, project.Options{NoConfig: true, Target: &weft})
	if r.Checked != nil {
		return r.Checked, nil
	}
	for _, d := range r.Findings.Sorted() {
		if d.Severity == diag.Error {
			return nil, fmt.Errorf("%s: %s", d.Span, d.Message)
		}
	}
	return nil, fmt.Errorf("%s cannot be read", f.name)
}

func liveHeap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
