package cli

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/weft-lang/weft/lang/parallel"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/validate"
)

// shellcheck asks the program of that name.
type shellcheck struct{}

// tagCodes are findings that tags cause: what takes their place is constant,
// and variables come from the environment.
var tagCodes = []int{1091, 2050, 2154, 2157, 2194}

// unhandledCd is a cd that may fail and whose failure nobody handles, which
// set -e does, be it an option of the shell.
const unhandledCd = 2164

// Check asks several processes at a time about some scripts each: to start one
// takes longer than to check a script. The scripts go there in files of a folder
// that only this user can read, since standard input takes but one.
func (shellcheck) Check(scripts []validate.Script) []validate.ScriptFault {
	program, err := exec.LookPath("shellcheck")
	if err != nil {
		return nil
	}
	dir, err := os.MkdirTemp("", "weft-shellcheck-")
	if err != nil {
		return nil
	}
	defer os.RemoveAll(dir)
	batches := shellBatches(scripts, runtime.GOMAXPROCS(0))
	found := make([][]validate.ScriptFault, len(batches))
	parallel.Each(len(batches), func(i int) {
		args := []string{"--norc", "--severity=warning", "--format=json1", "--shell=" + shellDialect(scripts[batches[i][0]].Program), "--"}
		for _, k := range batches[i] {
			name := filepath.Join(dir, strconv.Itoa(k))
			if os.WriteFile(name, []byte(scripts[k].Text), 0o600) == nil {
				args = append(args, name)
			}
		}
		found[i] = shellFaults(scripts, ask("", program, args...))
	})
	return slices.Concat(found...)
}

func shellDialect(program string) string {
	if program == "ash" {
		return "busybox"
	}
	return program
}

// maxBatch is how many scripts one process is asked about: enough that to start
// it does not count, and few enough for a command line.
const maxBatch = 32

// shellBatches shares out scripts, by their number, among processes. A batch
// holds scripts for one program.
func shellBatches(scripts []validate.Script, processes int) [][]int {
	size := min(maxBatch, (len(scripts)+processes-1)/processes)
	var batches [][]int
	open := map[string]int{} // by program, the batch that still takes scripts
	for k, s := range scripts {
		i, ok := open[s.Program]
		if !ok || len(batches[i]) == size {
			i = len(batches)
			batches = append(batches, nil)
			open[s.Program] = i
		}
		batches[i] = append(batches[i], k)
	}
	return batches
}

// shellFaults reads what shellcheck prints about files that have the numbers of
// scripts for names. Its columns count code points.
func shellFaults(scripts []validate.Script, report []byte) []validate.ScriptFault {
	var r struct {
		Comments []struct {
			File                                   string
			Line, EndLine, Column, EndColumn, Code int
			Message                                string
		}
	}
	if json.Unmarshal(report, &r) != nil {
		return nil
	}
	files := map[int]*source.File{}
	var found []validate.ScriptFault
	for _, c := range r.Comments {
		k, err := strconv.Atoi(filepath.Base(c.File))
		if err != nil || k < 0 || k >= len(scripts) || slices.Contains(tagCodes, c.Code) {
			continue
		}
		if c.Code == unhandledCd && scripts[k].ErrExit {
			continue
		}
		f := files[k]
		if f == nil {
			f = source.NewFile("", scripts[k].Text)
			files[k] = f
		}
		found = append(found, validate.ScriptFault{
			Script: k, Start: offset(f, c.Line, c.Column), End: offset(f, c.EndLine, c.EndColumn),
			Code: "SC" + strconv.Itoa(c.Code), Message: strings.TrimSpace(c.Message),
		})
	}
	return found
}
