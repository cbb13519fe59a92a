//go:build unix

// Command bench measures weft against the budgets of its design and prints a
// table. It asserts nothing: absolute figures belong to the machine, and the
// ratios are there to be read.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"text/tabwriter"
	"time"
)

func main() {
	run := bench
	if len(os.Args) > 1 && os.Args[1] == stopwatchArg {
		run = stopwatch
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func bench() error {
	dir, err := os.MkdirTemp("", "weft-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	weft := filepath.Join(dir, "weft")
	build := exec.Command("go", "build", "-o", weft, "./cmd/weft")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("build weft: %w", err)
	}
	many, err := examples(manyFiles)
	if err != nil {
		return err
	}
	fmt.Printf("%s, %d processors; whole processes, median of %d runs\n\n", runtime.Version(), runtime.NumCPU(), runs)
	if err := processes(weft, dir, many); err != nil {
		return err
	}
	fmt.Printf("\nruns\n\n")
	if err := simulated(dir); err != nil {
		return err
	}
	fmt.Printf("\nin one process, on one processor\n\n")
	return ratios(many)
}

// processes measures `weft lint` as a person waits for it.
func processes(weft, dir string, many []file) error {
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "weft lint\tKB\twall\tbest\tcpu\tpeak memory\tbudget\t")
	var thousand time.Duration
	for _, row := range []struct {
		what   string
		files  []file
		budget string
	}{
		{"one small file", many[:1], "20 ms"},
		{fmt.Sprintf("%d example files", len(many)), many, "70 ms, 60 MB"},
		{"chain of 1,000 tasks", []file{chain(1000)}, "50 ms"},
		{"chain of 3,000 tasks", []file{chain(3000)}, "120 ms"},
		{"chain of 10,000 tasks", []file{chain(10000)}, "500 ms"},
		{"100 layers of 10 tasks, all joined", []file{layers(100, 10)}, ""},
		{"50 layers of 40 tasks, all joined", []file{layers(50, 40)}, ""},
		{"5,000 steps in a row", []file{stepList(5000)}, ""},
	} {
		m, err := measure(weft, dir, row.files)
		if err != nil {
			return fmt.Errorf("%s: %w", row.what, err)
		}
		fmt.Fprintf(table, "%s\t%d\t%s\t%s\t%s\t%.0f MB\t%s\t\n", row.what, size(row.files)/1000,
			millis(m.Median), millis(m.Best), millis(m.CPU), float64(m.Memory)/1e6, row.budget)
		switch row.what {
		case "chain of 1,000 tasks":
			thousand = m.Median
		case "chain of 10,000 tasks":
			fmt.Fprintf(table, "10,000 tasks ÷ 1,000 tasks\t\t%.1f\t\t\t\tlinear: 10\t\n", float64(m.Median)/float64(thousand))
		}
	}
	return table.Flush()
}

func millis(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d)/1e6) }

// ratios compares checking with merely parsing the same bytes.
func ratios(many []file) error {
	runtime.GOMAXPROCS(1)
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "\tYAML nodes\tweft's parser\tlint\tlint ÷ nodes\tbudget\t")
	for _, row := range []struct {
		what  string
		files []file
	}{
		{fmt.Sprintf("%d example files", len(many)), many},
		{"chain of 3,000 tasks", []file{chain(3000)}},
		{"50 layers of 40 tasks, all joined", []file{layers(50, 40)}},
	} {
		nodes := testing.Benchmark(func(b *testing.B) { benchmarkNodes(b, row.files) })
		parse := testing.Benchmark(func(b *testing.B) { benchmarkParse(b, row.files) })
		lint := testing.Benchmark(func(b *testing.B) { benchmarkLint(b, row.files) })
		if nodes.N == 0 || parse.N == 0 || lint.N == 0 {
			return fmt.Errorf("%s: a benchmark failed", row.what)
		}
		per := func(r testing.BenchmarkResult) time.Duration { return time.Duration(r.NsPerOp()) }
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%.2f\t3\t\n", row.what, millis(per(nodes)), millis(per(parse)), millis(per(lint)),
			float64(lint.NsPerOp())/float64(nodes.NsPerOp()))
	}
	return table.Flush()
}
