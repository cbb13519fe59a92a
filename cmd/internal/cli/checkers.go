package cli

import (
	"bytes"
	"context"
	"os/exec"
	"strings"
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
