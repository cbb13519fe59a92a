package cli

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/validate"
)

// python asks the python3 of this machine, once for all scripts.
type python struct{}

// Check asks the python3 that the user means. Where that is a script of a version
// manager, which takes longer to choose an interpreter than weft for everything
// else, it is asked only about what another interpreter at hand cannot read.
func (python) Check(scripts []validate.Script) []validate.ScriptFault {
	meant, err := exec.LookPath("python3")
	if err != nil {
		return nil
	}
	texts := make([]string, len(scripts))
	for i, s := range scripts {
		texts[i] = s.Text
	}
	if quick := interpreter("python3"); quick != "" && quick != meant && len(pythonFaults(texts, askPython(quick, texts))) == 0 {
		return nil
	}
	return pythonFaults(texts, askPython(meant, texts))
}

// interpreter finds the first program of that name that is no script; "" when
// there is none.
func interpreter(name string) string {
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		program, err := exec.LookPath(filepath.Join(dir, name))
		if err != nil || !filepath.IsAbs(program) {
			continue
		}
		if start, err := firstBytes(program, 2); err == nil && start != "#!" {
			return program
		}
	}
	return ""
}

func firstBytes(file string, n int) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	b := make([]byte, n)
	_, err = io.ReadFull(f, b)
	return string(b), err
}

// pythonProgram compiles each text of its input and prints a line for each that
// it cannot read. Nothing is run. It imports nothing that takes long to load.
const pythonProgram = `
import sys
for i, text in enumerate(sys.stdin.buffer.read().decode("utf-8", "replace").split("\0")):
    try:
        compile(text, "script", "exec", dont_inherit=True)
    except SyntaxError as e:
        place = e.lineno or 1, e.offset or 1, getattr(e, "end_lineno", 0) or 0, getattr(e, "end_offset", 0) or 0
        line = "%d %d %d %d %d " % ((i,) + place) + " ".join(str(e.msg).split()) + "\n"
        sys.stdout.buffer.write(line.encode("utf-8", "replace"))
    except Exception:
        pass
`

// askPython sends texts with a zero byte between them, which none may hold.
func askPython(program string, texts []string) string {
	clean := make([]string, len(texts))
	for i, text := range texts {
		if !strings.Contains(text, "\x00") {
			clean[i] = text
		}
	}
	return string(ask(strings.Join(clean, "\x00"), program, "-I", "-S", "-W", "ignore", "-c", pythonProgram))
}

// pythonFaults reads what pythonProgram prints: script, line, column, end line,
// end column and message.
func pythonFaults(texts []string, report string) []validate.ScriptFault {
	var found []validate.ScriptFault
	for line := range strings.Lines(report) {
		fields := strings.SplitN(strings.TrimSpace(line), " ", 6)
		if len(fields) < 6 {
			continue
		}
		var n [5]int
		for i := range n {
			n[i], _ = strconv.Atoi(fields[i]) // zero is no line: the offset is clamped
		}
		if n[0] < 0 || n[0] >= len(texts) {
			continue
		}
		f := source.NewFile("", texts[n[0]])
		start, end := offset(f, n[1], n[2]), offset(f, n[3], n[4])
		if end <= start {
			end = max(offset(f, n[1], n[2]+1), min(start+1, len(f.Text))) // one character
		}
		found = append(found, validate.ScriptFault{
			Script: n[0], Start: start, End: end, Message: "python3 cannot read this script: " + fields[5],
		})
	}
	return found
}
