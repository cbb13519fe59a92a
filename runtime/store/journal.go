package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/weft-lang/weft/runtime/engine"
)

// Header says what a run is. It is the first thing in a journal and never
// changes.
type Header struct {
	Weft       string         `json:"weft"` // the version that began the run
	Name       string         `json:"name"`
	Namespace  string         `json:"namespace,omitempty"`
	UID        string         `json:"uid"`
	Created    time.Time      `json:"created"`
	Kind       string         `json:"kind,omitempty"` // of the object that runs
	Workflow   string         `json:"workflow,omitempty"`
	Entrypoint string         `json:"entrypoint,omitempty"`
	Parameters []engine.Value `json:"parameters,omitempty"`
	Sources    []Source       `json:"sources,omitempty"`
	Images     []Image        `json:"images,omitempty"` // that registries were asked for
	// Repository is where artifacts go that name no store, as the cluster said; nil
	// when it was not asked, or said nothing.
	Repository *Repository `json:"repository,omitempty"`
	// TTL is how long the run is kept when it has ended.
	TTL *TTL `json:"ttl,omitempty"`
	// Settings are those of the command that began the run; who wrote them can
	// read them.
	Settings json.RawMessage `json:"settings,omitempty"`
}

// Source is a file that the run was made from.
type Source struct {
	Name   string `json:"name"`
	Digest string `json:"digest"` // sha256:HEX
}

// Image is what an image runs by itself, as its registry said before the run.
type Image struct {
	Name    string   `json:"name"`             // as templates have it
	Pinned  string   `json:"pinned,omitempty"` // the image that was looked at, by digest
	Command []string `json:"command,omitempty"`
	Args    []string `json:"args,omitempty"`
}

// Repository is an artifact store as it was written when the run began.
type Repository struct {
	Name string `json:"name"` // where it was written, for messages
	Text string `json:"text"` // YAML
}

// Contents is what a journal holds.
type Contents struct {
	Header Header
	// Torn is how many bytes at the end were never completely written. Nothing
	// followed from them.
	Torn int

	good   int64 // where the next frame goes
	frames []frame
}

type frame struct {
	payload []byte
	events  int
}

// Parse reads a journal. Data that is no journal, or that was damaged, is an
// error; of a damaged journal the contents before the damage come with it.
func Parse(data []byte) (*Contents, error) {
	if !bytes.HasPrefix(data, []byte(formatLine)) {
		return nil, notOurs(data)
	}
	c := &Contents{good: int64(len(formatLine))}
	head, _, size := readFrame(data[c.good:])
	if head == nil {
		return nil, errors.New("the journal has no header")
	}
	if err := json.Unmarshal(head, &c.Header); err != nil {
		return nil, fmt.Errorf("cannot read the header of the journal: %w", err)
	}
	c.good += int64(size)
	for c.good < int64(len(data)) {
		rest := data[c.good:]
		payload, events, size := readFrame(rest)
		if payload == nil || bytes.Count(payload, []byte("\n")) != events {
			if nextFrame(rest) >= 0 {
				return c, &Damaged{Offset: c.good, Events: c.Len()}
			}
			c.Torn = len(rest)
			break
		}
		c.frames = append(c.frames, frame{payload, events})
		c.good += int64(size)
	}
	return c, nil
}

func notOurs(data []byte) error {
	line, _, _ := strings.Cut(string(data[:min(len(data), 64)]), "\n")
	if version, ok := strings.CutPrefix(line, formatName); ok {
		return fmt.Errorf("the journal has format %q; this weft reads format 1", version)
	}
	return errors.New("this is no journal")
}

// Len is how many events there are.
func (c *Contents) Len() int {
	n := 0
	for _, f := range c.frames {
		n += f.events
	}
	return n
}

// Replay yields the first n events, all of them when n is negative. An event
// that cannot be read ends it with an error.
func (c *Contents) Replay(n int) iter.Seq2[engine.Event, error] {
	return func(yield func(engine.Event, error) bool) {
		var lines [][]byte
		for _, f := range c.frames {
			for line := range bytes.Lines(f.payload) {
				if n == 0 {
					break
				}
				n--
				lines = append(lines, line)
			}
			if len(lines) >= readAhead {
				if !yieldAll(lines, yield) {
					return
				}
				lines = lines[:0]
			}
		}
		yieldAll(lines, yield)
	}
}

// readAhead is how many events are decoded before they are wanted: decoding is
// most of a replay, and this way all processors do it.
const readAhead = 4096

func yieldAll(lines [][]byte, yield func(engine.Event, error) bool) bool {
	events := make([]engine.Event, len(lines))
	errs := make([]error, len(lines))
	part := len(lines)/runtime.GOMAXPROCS(0) + 1
	var work sync.WaitGroup
	for from := 0; from < len(lines); from += part {
		work.Go(func() {
			for i := from; i < min(from+part, len(lines)); i++ {
				errs[i] = json.Unmarshal(lines[i], &events[i])
			}
		})
	}
	work.Wait()
	for i, err := range errs {
		if err != nil {
			err = fmt.Errorf("cannot read an event of the journal: %w", err)
		}
		if !yield(events[i], err) || err != nil {
			return false
		}
	}
	return true
}

// A Journal is a journal that is being written. One process may write it; see
// Run.Lock.
type Journal struct {
	file *os.File
	buf  []byte
	err  error // of the write after which the end of the file is unknown
}

// CreateJournal makes a journal that holds a header. The file must not exist.
func CreateJournal(name string, h Header) (*Journal, error) {
	head, err := json.Marshal(h)
	if err != nil {
		return nil, fmt.Errorf("write the header of a journal: %w", err)
	}
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("create a journal: %w", err)
	}
	j := &Journal{file: f}
	j.buf = append(j.buf, formatLine...)
	j.buf = appendFrame(j.buf, append(head, '\n'), 0)
	if err := errors.Join(j.flush(), syncFolder(filepath.Dir(name))); err != nil {
		f.Close()
		return nil, err
	}
	return j, nil
}

// OpenJournal reads a journal and opens it for more. A torn end is cut off.
func OpenJournal(name string) (*Journal, *Contents, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, nil, fmt.Errorf("open a journal: %w", err)
	}
	c, err := Parse(data)
	if err != nil {
		return nil, c, fmt.Errorf("%s: %w", name, err)
	}
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("open a journal: %w", err)
	}
	if c.Torn > 0 {
		err = f.Truncate(c.good)
	}
	if err == nil {
		_, err = f.Seek(c.good, io.SeekStart)
	}
	if err != nil {
		f.Close()
		return nil, nil, fmt.Errorf("open a journal: %w", err)
	}
	return &Journal{file: f}, c, nil
}

// Append keeps a group of events: when it returns without an error they are on
// disk. After an error the journal takes no more.
func (j *Journal) Append(events []engine.Event) error {
	if j.err != nil {
		return j.err
	}
	var payload []byte
	n := 0
	for i := range events {
		line, err := json.Marshal(&events[i])
		if err != nil {
			return fmt.Errorf("write an event: %w", err)
		}
		if n > 0 && len(payload)+len(line) >= maxFrame {
			if err := j.write(payload, n); err != nil {
				return err
			}
			payload, n = payload[:0], 0
		}
		payload = append(append(payload, line...), '\n')
		n++
	}
	if n == 0 {
		return nil
	}
	return j.write(payload, n)
}

func (j *Journal) write(payload []byte, events int) error {
	j.buf = appendFrame(j.buf[:0], payload, events)
	return j.flush()
}

func (j *Journal) flush() error {
	_, err := j.file.Write(j.buf)
	if err == nil {
		err = j.file.Sync()
	}
	if err != nil {
		j.err = fmt.Errorf("write the journal: %w", err)
	}
	return j.err
}

// Close closes the file. All that was appended is on disk already.
func (j *Journal) Close() error { return j.file.Close() }

// syncFolder makes the names of new files in a folder durable.
func syncFolder(name string) error {
	d, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
