//go:build unix

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

// runs is how often each command runs; the median counts.
const runs = 15

// stopwatchArg makes bench time one command. It does that in a process of its
// own, since the peak memory that a system reports for a process counts that
// of the process it was forked from.
const stopwatchArg = "stopwatch"

// A measurement is what the runs of one command took.
type measurement struct {
	Median, Best time.Duration
	CPU          time.Duration // user and system, the median
	Memory       int64         // bytes, the largest of all runs
}

// measure writes files to a fresh folder and lets a stopwatch check it. Programs
// that weft would ask about scripts are at hand only with outside: their time is
// their own.
func measure(weft, dir string, files []file, outside bool) (measurement, error) {
	var m measurement
	folder, err := os.MkdirTemp(dir, "data-")
	if err != nil {
		return m, err
	}
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(folder, f.name), []byte(f.text), 0o644); err != nil {
			return m, err
		}
	}
	self, err := os.Executable()
	if err != nil {
		return m, err
	}
	cmd := exec.Command(self, stopwatchArg, weft, "lint", "--format", "concise", folder)
	cmd.Stderr = os.Stderr
	if !outside {
		cmd.Env = append(os.Environ(), "PATH="+dir)
	}
	out, err := cmd.Output()
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(out, &m)
}

// stopwatch runs the command after its argument over and over and prints the
// measurement.
func stopwatch() error {
	var m measurement
	times, cpu := make([]time.Duration, runs), make([]time.Duration, runs)
	for i := range times {
		cmd := exec.Command(os.Args[2], os.Args[3:]...)
		start := time.Now()
		out, err := cmd.Output()
		times[i] = time.Since(start)
		cpu[i] = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			return err
		}
		if code := cmd.ProcessState.ExitCode(); code > 1 || strings.Count(string(out), "\n") > maxFindings+1 {
			return fmt.Errorf("exit code %d:\n%s", code, out)
		}
		m.Memory = max(m.Memory, peakMemory(cmd.ProcessState))
	}
	slices.Sort(times)
	slices.Sort(cpu)
	m.CPU = cpu[len(cpu)/2]
	m.Median, m.Best = times[len(times)/2], times[0]
	return json.NewEncoder(os.Stdout).Encode(m)
}

// peakMemory is the largest resident set of a finished process, in bytes.
func peakMemory(p *os.ProcessState) int64 {
	usage, ok := p.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" { // which counts bytes where others count kilobytes
		return usage.Maxrss
	}
	return usage.Maxrss * 1024
}
