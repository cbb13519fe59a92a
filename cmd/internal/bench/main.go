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
	"strings"
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
	fmt.Printf("\nin one process, on one processor, best of %d rounds\n\n", rounds)
	return ratios(many)
}

// processes measures `weft lint` as a person waits for it.
func processes(weft, dir string, many []file) error {
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "weft lint\tKB\twall\tbest\tcpu\tpeak memory\tbudget\t")
	var thousand time.Duration
	for _, row := range []struct {
		what    string
		files   []file
		budget  string
		outside bool // programs outside are at hand
	}{
		{"one small file", many[:1], "20 ms", false},
		{fmt.Sprintf("%d example files", len(many)), many, "70 ms, 60 MB", false},
		{"the same, with " + outside(), many, "", true},
		{"chain of 1,000 tasks", []file{chain(1000)}, "50 ms", false},
		{"chain of 3,000 tasks", []file{chain(3000)}, "120 ms", false},
		{"chain of 10,000 tasks", []file{chain(10000)}, "500 ms", false},
		{"100 layers of 10 tasks, all joined", []file{layers(100, 10)}, "", false},
		{"50 layers of 40 tasks, all joined", []file{layers(50, 40)}, "", false},
		{"5,000 steps in a row", []file{stepList(5000)}, "", false},
	} {
		m, err := measure(weft, dir, row.files, row.outside)
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
		var best [3]time.Duration // of nodes, parser and lint, which take turns
		for range rounds {
			for i, run := range []func(*testing.B, []file){benchmarkNodes, benchmarkParse, benchmarkLint} {
				r := testing.Benchmark(func(b *testing.B) { run(b, row.files) })
				if r.N == 0 {
					return fmt.Errorf("%s: a benchmark failed", row.what)
				}
				if d := time.Duration(r.NsPerOp()); best[i] == 0 || d < best[i] {
					best[i] = d
				}
			}
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%.2f\t3\t\n", row.what, millis(best[0]), millis(best[1]), millis(best[2]),
			float64(best[2])/float64(best[0]))
	}
	return table.Flush()
}

// rounds is how often each part is measured: what else a machine does only ever
// makes a round slower.
const rounds = 5

// outside names the programs at hand that weft asks about scripts.
func outside() string {
	var found []string
	for _, program := range []string{"shellcheck", "python3"} {
		if _, err := exec.LookPath(program); err == nil {
			found = append(found, program)
		}
	}
	if len(found) == 0 {
		return "no program outside, since there is none"
	}
	return strings.Join(found, " and ")
}
