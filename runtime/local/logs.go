package local

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/weft-lang/weft/runtime/record"
)

// Logs are written line by line as container runtimes do: time, stream, F for a
// line that is complete or P for one that goes on, and the text. What was
// written first stands first, whatever its stream.

// maxLogLine is where a line is broken in two.
const maxLogLine = 16 << 10

// logWriter is the log of one container.
type logWriter struct {
	mu   sync.Mutex
	file *os.File
}

func openLog(path string) (*logWriter, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	return &logWriter{file: f}, nil
}

// copy writes what comes from r until it ends.
func (l *logWriter) copy(stream string, r io.Reader) {
	in := bufio.NewReaderSize(r, maxLogLine)
	for {
		text, err := in.ReadSlice('\n')
		if len(text) > 0 {
			l.line(stream, text)
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return
		}
	}
}

func (l *logWriter) line(stream string, text []byte) {
	tag := " P "
	if n := len(text) - 1; text[n] == '\n' {
		text, tag = text[:n], " F "
	}
	line := make([]byte, 0, len(text)+48)
	line = time.Now().UTC().AppendFormat(line, time.RFC3339Nano)
	line = append(line, ' ')
	line = append(line, stream...)
	line = append(line, tag...)
	line = append(append(line, text...), '\n')
	l.mu.Lock()
	defer l.mu.Unlock()
	l.file.Write(line) //nolint:errcheck // a full disk must not stop the Pod
}

// Line is one line of a container's log, or a part of a long one.
type Line struct {
	Time    time.Time
	Stream  string // stdout or stderr
	Text    string
	Partial bool // the line goes on
}

// LogFile is where a container of a Pod logs to.
func LogFile(dir, pod, container string) string {
	return filepath.Join(dir, podsDir, pod, logsDir, container+".log")
}

// ParseLine reads a line of a log file without its newline. ok is false for what
// is no line to show: damaged, or a part of a record.
func ParseLine(text string) (line Line, ok bool) {
	parts := strings.SplitN(text, " ", 4)
	if len(parts) < 4 {
		return line, false
	}
	at, err := time.Parse(time.RFC3339Nano, parts[0])
	if err != nil || record.IsLine(parts[3]) {
		return line, false
	}
	return Line{at, parts[1], parts[3], parts[2] == "P"}, true
}

// textReader is what a container wrote, both streams in the order of writing.
type textReader struct {
	lines *bufio.Reader
	rest  bytes.Buffer
	file  io.Closer
}

// OpenLog reads what a container has written so far. Records are part of it.
func OpenLog(dir, pod, container string) (io.ReadCloser, error) {
	f, err := os.Open(LogFile(dir, pod, container))
	if err != nil {
		return nil, err
	}
	return &textReader{lines: bufio.NewReader(f), file: f}, nil
}

func (r *textReader) Close() error { return r.file.Close() }

func (r *textReader) Read(p []byte) (int, error) {
	for r.rest.Len() == 0 {
		line, err := r.lines.ReadString('\n')
		if !strings.HasSuffix(line, "\n") {
			return 0, err // a line that is being written comes at the next reading
		}
		parts := strings.SplitN(line, " ", 4)
		if len(parts) < 4 {
			continue
		}
		text := parts[3]
		if parts[2] == "P" {
			text = strings.TrimSuffix(text, "\n")
		}
		r.rest.WriteString(text)
	}
	return r.rest.Read(p)
}
