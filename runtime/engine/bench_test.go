package engine_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/runtime/engine"
)

// The shapes that the engine is measured on; %d is replaced by the size.
const (
	fanOut = `
  entrypoint: main
  templates:
  - name: main
    dag: {tasks: [{name: fan, template: leaf, arguments: {parameters: [{name: x, value: "{{item}}"}]}, withSequence: {count: "%d"}}]}
  - name: leaf
    inputs: {parameters: [{name: x}]}
    container: {image: busybox, command: [x], args: ["{{inputs.parameters.x}}"]}
`
	nestedLoops = `
  entrypoint: main
  templates:
  - name: main
    steps: [[{name: outer, template: inner, arguments: {parameters: [{name: x, value: "{{item}}"}]}, withSequence: {count: "%d"}}]]
  - name: inner
    inputs: {parameters: [{name: x}]}
    steps: [[{name: fan, template: leaf, arguments: {parameters: [{name: x, value: "{{inputs.parameters.x}}-{{item}}"}]}, withSequence: {count: "100"}}]]
  - name: leaf
    inputs: {parameters: [{name: x}]}
    container: {image: busybox, command: [x], args: ["{{inputs.parameters.x}}"]}
`
	chains = `
  entrypoint: main
  templates:
  - name: main
    parallelism: 1
    steps: [[{name: outer, template: chain, withSequence: {count: "%d"}}]]
  - name: leaf
    inputs: {parameters: [{name: x}]}
    container: {image: busybox, command: [x], args: ["{{inputs.parameters.x}}"]}
  - name: chain
    steps:
    - - {name: s0, template: leaf, arguments: {parameters: [{name: x, value: begin}]}}
`
)

// chainOf is a steps template with a hundred steps, each reading the one before.
func chainOf() string {
	var b strings.Builder
	b.WriteString(chains)
	for i := 1; i < 100; i++ {
		fmt.Fprintf(&b, "    - - {name: s%d, template: leaf, arguments: {parameters: [{name: x, value: \"{{steps.s%d.outputs.result}}\"}]}}\n", i, i-1)
	}
	return b.String()
}

// dagOf is a dag whose tasks each depend on two before them.
func dagOf() string {
	var b strings.Builder
	b.WriteString(strings.Replace(strings.Split(chains, "  - name: chain")[0], "template: chain", "template: dag", 1))
	b.WriteString("  - name: dag\n    dag:\n      tasks:\n      - {name: t0, template: leaf, arguments: {parameters: [{name: x, value: begin}]}}\n      - {name: t1, template: leaf, arguments: {parameters: [{name: x, value: begin}]}}\n")
	for i := 2; i < 100; i++ {
		fmt.Fprintf(&b, "      - {name: t%d, template: leaf, depends: t%d && t%d.Succeeded, arguments: {parameters: [{name: x, value: \"{{tasks.t%d.outputs.result}}\"}]}}\n", i, i-1, i-2, i-1)
	}
	return b.String()
}

// BenchmarkRun plays whole runs and reports what a phase change costs, and what
// of the heap a node holds when the run is over.
func BenchmarkRun(b *testing.B) {
	for _, shape := range []struct {
		name, spec string
		sizes      []int
	}{
		{"fan-out", fanOut, []int{10_000, 100_000, 999_000}},
		{"nested-loops", nestedLoops, []int{100, 1_000, 9_700}},
		{"chain", chainOf(), []int{50, 500, 4_900}},
		{"dag", dagOf(), []int{100, 1_000, 9_700}},
	} {
		for _, size := range shape.sizes {
			b.Run(fmt.Sprintf("%s/%d", shape.name, size), func(b *testing.B) {
				spec := "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: wf}\nspec:" + strings.Replace(shape.spec, "%d", fmt.Sprint(size), 1)
				checked, o := load(b, map[string]string{"wf.yaml": spec})
				for b.Loop() {
					run(b, checked, o)
				}
			})
		}
	}
}

func heap2() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// run plays one run: every Pod starts, and ends well with a result.
func run(b *testing.B, checked *ir.Checked, o *ir.Object) {
	b.StopTimer()
	before := heap2()
	b.StartTimer()
	begun := time.Now()
	e, err := engine.New(checked, engine.Config{Object: o, Name: "wf", Namespace: "ns", UID: "uid", Created: epoch})
	if err != nil {
		b.Fatal(err)
	}
	running := engine.Report{State: engine.PodRunning}
	result := "a result of some length"
	ended := engine.Report{
		State: engine.PodEnded, Containers: []engine.Container{{Name: "main", Role: engine.RoleMain, Ended: true}}, Outputs: &engine.Outputs{Result: &result},
	}
	type pod struct {
		id         engine.NodeID
		generation int
	}
	var pods []pod
	finished := false
	step := func(ev engine.Event) {
		for _, a := range e.Step(ev) {
			switch a := a.(type) {
			case engine.StartLeaf:
				pods = append(pods, pod{a.Leaf.Node, a.Leaf.Generation})
			case engine.RunFinished:
				if finished = true; a.Phase != engine.Succeeded {
					b.Fatal(a.Phase, a.Message)
				}
			}
		}
	}
	now := epoch
	step(engine.Event{Kind: engine.EventStart, At: now})
	for next := 0; next < len(pods); next++ {
		p := pods[next]
		now = now.Add(time.Millisecond)
		step(engine.Event{Kind: engine.EventReport, At: now, Node: p.id, Generation: p.generation, Report: &running})
		// Every end has outputs of its own, as it would coming from a journal.
		r, text, o := ended, strings.Clone(result), *ended.Outputs
		o.Result = &text
		r.Outputs = &o
		step(engine.Event{Kind: engine.EventReport, At: now, Node: p.id, Generation: p.generation, Report: &r})
	}
	took := time.Since(begun)
	b.StopTimer()
	if !finished {
		b.Fatal("the run did not end")
	}
	pods = nil
	held := heap2() - before
	nodes := e.Len()
	transitions := e.Transitions()
	b.ReportMetric(float64(transitions)/took.Seconds(), "transitions/s")
	b.ReportMetric(float64(held)/float64(nodes), "bytes/node")
	b.ReportMetric(float64(nodes), "nodes")
	runtime.KeepAlive(e)
	b.StartTimer()
}
