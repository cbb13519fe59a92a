package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/validate"
)

// scriptCheckers are the programs on this machine that judge scripts. They are
// looked for only when there is a script to judge.
func scriptCheckers() validate.Checkers {
	return validate.Checkers{Shell: shellcheck{}, Python: python{}}
}

// checkerPatience is how long one run of a checker may take. One that takes
// longer finds nothing.
const checkerPatience = 20 * time.Second

// ask runs a program with text as its input, and returns what it prints
// whatever its exit code.
func ask(text, program string, args ...string) []byte {
	ctx, cancel := context.WithTimeout(context.Background(), checkerPatience)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stdin = strings.NewReader(text)
	cmd.WaitDelay = time.Second
	var out bytes.Buffer
	cmd.Stdout = &out
	// Findings make it exit with 1; without output there are none.
	_ = cmd.Run()
	return out.Bytes()
}

// shellcheck asks the program of that name.
type shellcheck struct{}

// tagCodes are findings that tags cause: what takes their place is constant,
// and variables come from the environment.
var tagCodes = []int{1091, 2050, 2154, 2157, 2194}

// Check asks about each script in a process of its own, several at a time.
func (shellcheck) Check(scripts []validate.Script) []validate.ScriptFault {
	program, err := exec.LookPath("shellcheck")
	if err != nil {
		return nil
	}
	found := make([][]validate.ScriptFault, len(scripts))
	turns := make(chan struct{}, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for i, s := range scripts {
		wg.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			shell := s.Program
			if shell == "ash" {
				shell = "busybox"
			}
			found[i] = shellFaults(i, s.Text, ask(s.Text, program, "--norc", "--severity=warning", "--format=json1", "--shell="+shell, "-"))
		})
	}
	wg.Wait()
	return slices.Concat(found...)
}

// shellFaults reads what shellcheck prints. Its columns count code points.
func shellFaults(script int, text string, report []byte) []validate.ScriptFault {
	var r struct {
		Comments []struct {
			Line, EndLine, Column, EndColumn, Code int
			Message                                string
		}
	}
	if json.Unmarshal(report, &r) != nil {
		return nil
	}
	f := source.NewFile("", text)
	var found []validate.ScriptFault
	for _, c := range r.Comments {
		if slices.Contains(tagCodes, c.Code) {
			continue
		}
		found = append(found, validate.ScriptFault{
			Script: script, Start: offset(f, c.Line, c.Column), End: offset(f, c.EndLine, c.EndColumn),
			Code: "SC" + strconv.Itoa(c.Code), Message: c.Message,
		})
	}
	return found
}

// offset is the byte at a line and column as people count.
func offset(f *source.File, line, column int) int {
	at := f.LineStart(line)
	for range column - 1 {
		if at >= len(f.Text) || f.Text[at] == '\n' {
			break
		}
		_, size := utf8.DecodeRuneInString(f.Text[at:])
		at += size
	}
	return at
}
