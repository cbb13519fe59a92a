package agent

import (
	"errors"
	"io"
	"os"
	"sync"
	"time"
)

// maxResult is how much of standard output becomes the result: its end.
const maxResult = 256 << 10

// afterEnd is how long output is read that children of an ended command may
// still write: they hold its ends of the pipes.
const afterEnd = time.Second

// pipeSize is the most that a pipe holds, and moment how long it takes to find
// that there is nothing in it.
const (
	pipeSize = 1 << 20
	moment   = 10 * time.Millisecond
)

// capture passes the output of a command on and keeps what is wanted of it.
// Where nothing is wanted, the command writes to the agent's own output itself.
type capture struct {
	stdout, stderr *os.File // for the command
	ours           []*os.File
	theirs         []*os.File
	copying        sync.WaitGroup

	tail tail
	mu   sync.Mutex // of log
	log  *os.File   // stdout and stderr
}

func (c *capture) open(a *agent, result bool, log string) error {
	c.stdout, c.stderr = a.stdout, a.stderr
	if log != "" {
		file, err := os.Create(log)
		if err != nil {
			return err
		}
		c.log = file
		if c.stderr, err = c.pipe(a.stderr, nil); err != nil {
			return err
		}
	}
	if !result && log == "" {
		return nil
	}
	var keep io.Writer
	if result {
		keep = &c.tail
	}
	var err error
	c.stdout, err = c.pipe(a.stdout, keep)
	return err
}

// pipe copies what is written to its end to out, the log and keep.
func (c *capture) pipe(out *os.File, keep io.Writer) (*os.File, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	c.ours, c.theirs = append(c.ours, r), append(c.theirs, w)
	c.copying.Go(func() {
		buffer := make([]byte, 32<<10)
		var n int
		var err error
		for err == nil {
			n, err = r.Read(buffer)
			c.pass(buffer[:n], out, keep)
		}
		// Time is up. What was written before is in the pipe yet, if somebody was slow
		// to read our output.
		late := errors.Is(err, os.ErrDeadlineExceeded)
		for left := pipeSize; late && left > 0; left -= n {
			r.SetReadDeadline(time.Now().Add(moment)) //nolint:errcheck // as in drain
			if n, err = r.Read(buffer); err != nil {
				return
			}
			c.pass(buffer[:n], out, keep)
		}
	})
	return w, nil
}

// pass passes on what a command wrote.
func (c *capture) pass(text []byte, out *os.File, keep io.Writer) {
	// Somebody who does not read our output must not stop the command.
	out.Write(text) //nolint:errcheck
	if keep != nil {
		keep.Write(text) //nolint:errcheck // never fails
	}
	if c.log != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.log.Write(text) //nolint:errcheck // a full disk shows when the log is saved
	}
}

// started gives the command's ends away.
func (c *capture) started() {
	for _, f := range c.theirs {
		f.Close()
	}
}

// drain reads on until everything that the command wrote has been read.
func (c *capture) drain() {
	for _, f := range c.ours {
		f.SetReadDeadline(time.Now().Add(afterEnd)) //nolint:errcheck // then it ends with the pipe
	}
	c.copying.Wait()
	for _, f := range c.ours {
		f.Close()
	}
}

func (c *capture) close() {
	if c.log != nil {
		c.log.Close()
	}
}

func (c *capture) logName() string {
	if c.log == nil {
		return ""
	}
	return c.log.Name()
}

// result is the end of standard output without its last newline.
func (c *capture) result() string {
	text := trimNewline(string(c.tail))
	return text[max(0, len(text)-maxResult):]
}

// tail keeps the last bytes written, at least maxResult and a newline.
type tail []byte

func (t *tail) Write(p []byte) (int, error) {
	*t = append(*t, p...)
	if len(*t) > 2*maxResult {
		n := copy(*t, (*t)[len(*t)-maxResult-1:])
		*t = (*t)[:n]
	}
	return len(p), nil
}
