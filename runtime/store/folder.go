package store

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weft-lang/weft/runtime/engine"
)

// A Folder holds local runs, a folder each, named as the runs are. Names that
// begin with a dot are the folder's own: what runs share.
type Folder struct{ path string }

// NewFolder is the folder at a path. It need not exist.
func NewFolder(path string) Folder { return Folder{path} }

// DefaultPath is where runs are kept when nobody says otherwise. getenv is
// os.Getenv.
func DefaultPath(getenv func(string) string) (string, error) {
	if dir := getenv("WEFT_RUNS"); dir != "" {
		return dir, nil
	}
	state := getenv("XDG_STATE_HOME")
	if state == "" {
		home := getenv("HOME")
		if home == "" {
			return "", errors.New("neither WEFT_RUNS, XDG_STATE_HOME nor HOME is set")
		}
		state = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(state, "weft", "runs"), nil
}

// The files of a run's folder.
const (
	journalFile = "journal"
	statusFile  = "status.json"
	lockFile    = "lock"
	sourcesDir  = "sources"
	signalsDir  = "signals"

	// LogsDir and OutputsDir belong to whoever runs the Pods.
	LogsDir    = "logs"
	OutputsDir = "outputs"
)

// ErrNoRun says that there is no run of a name, ErrRunExists that there is one
// already, ErrLocked that another process drives it.
var (
	ErrNoRun     = errors.New("there is no such run")
	ErrRunExists = errors.New("there is a run of this name already")
	ErrLocked    = errors.New("another process drives this run")
)

// File is a file that a run is made from.
type File struct {
	Name string // as it was given, with forward slashes
	Data []byte
}

// Run is the folder of one run.
type Run struct {
	Name string
	path string
}

// Status is how a run stood when it was last written.
type Status struct {
	Phase    engine.Phase `json:"phase"`
	Message  string       `json:"message,omitempty"`
	Progress string       `json:"progress,omitempty"`
	Started  time.Time    `json:"started,omitzero"`
	Finished time.Time    `json:"finished,omitzero"`
	// Suspended says that the run, or a step of it, goes on when somebody says so.
	Suspended bool `json:"suspended,omitempty"`
}

// StatusOf is the status of a run that stands so.
func StatusOf(v engine.RunView) Status {
	return Status{
		Phase: v.Phase, Message: v.Message, Progress: v.Progress, Started: v.Started, Finished: v.Finished,
		Suspended: v.Suspended || v.Asleep > 0,
	}
}

func (f Folder) run(name string) (*Run, error) {
	if name == "" || strings.HasPrefix(name, ".") || strings.ContainsAny(name, `/\`) {
		return nil, fmt.Errorf("%q cannot be the name of a run", name)
	}
	return &Run{Name: name, path: filepath.Join(f.path, name)}, nil
}

// Create makes the folder of a new run, with its sources and an empty journal.
// The digests of the sources are put into the header. Whoever creates a run
// locks it first thing.
func (f Folder) Create(h Header, sources []File) (*Run, *Journal, error) {
	r, err := f.run(h.Name)
	if err != nil {
		return nil, nil, err
	}
	if err := os.MkdirAll(f.path, 0o700); err != nil {
		return nil, nil, fmt.Errorf("create a folder for runs: %w", err)
	}
	if err := os.Mkdir(r.path, 0o700); errors.Is(err, fs.ErrExist) {
		return nil, nil, fmt.Errorf("%s: %w", h.Name, ErrRunExists)
	} else if err != nil {
		return nil, nil, fmt.Errorf("create a run: %w", err)
	}
	h.Sources = nil
	for i, s := range sources {
		sum := sha256.Sum256(s.Data)
		h.Sources = append(h.Sources, Source{Name: s.Name, Digest: "sha256:" + hex.EncodeToString(sum[:])})
		if err := writeNew(r.sourcePath(i, s.Name), s.Data); err != nil {
			return nil, nil, fmt.Errorf("keep the sources of a run: %w", err)
		}
	}
	// The journal comes last: a folder without one is not a run yet.
	j, err := CreateJournal(r.Path(journalFile), h)
	if err != nil {
		return nil, nil, err
	}
	return r, j, nil
}

func writeNew(name string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	return os.WriteFile(name, data, 0o600)
}

// Open finds a run.
func (f Folder) Open(name string) (*Run, error) {
	r, err := f.run(name)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(r.Path(journalFile)); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", name, ErrNoRun)
	} else if err != nil {
		return nil, fmt.Errorf("open a run: %w", err)
	}
	return r, nil
}

// List is all runs by name.
func (f Folder) List() ([]*Run, error) {
	entries, err := os.ReadDir(f.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	var runs []*Run
	for _, e := range entries {
		if r, err := f.Open(e.Name()); err == nil {
			runs = append(runs, r)
		}
	}
	return runs, nil
}

// Delete removes a run and all it left. One that is being driven is not removed.
func (f Folder) Delete(name string) error {
	r, err := f.Open(name)
	if err != nil {
		return err
	}
	unlock, err := r.Lock()
	if err != nil {
		return err
	}
	defer unlock()
	// Without its journal the folder is no run any more, whatever comes next.
	if err := os.Remove(r.Path(journalFile)); err != nil {
		return fmt.Errorf("delete a run: %w", err)
	}
	if err := os.RemoveAll(r.path); err != nil {
		return fmt.Errorf("delete a run: %w", err)
	}
	return nil
}

// Path is a path in the folder of the run.
func (r *Run) Path(elem ...string) string {
	return filepath.Join(append([]string{r.path}, elem...)...)
}

func (r *Run) sourcePath(i int, name string) string {
	return r.Path(sourcesDir, strconv.Itoa(i), filepath.Base(filepath.FromSlash(name)))
}

// Header reads what the run is.
func (r *Run) Header() (Header, error) {
	c, err := r.Contents()
	if err != nil {
		return Header{}, err
	}
	return c.Header, nil
}

// Contents reads the journal, which may be growing.
func (r *Run) Contents() (*Contents, error) {
	data, err := os.ReadFile(r.Path(journalFile))
	if err != nil {
		return nil, fmt.Errorf("read a run: %w", err)
	}
	c, err := Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.Path(journalFile), err)
	}
	return c, nil
}

// Journal opens the journal for more. The run must be locked.
func (r *Run) Journal() (*Journal, *Contents, error) { return OpenJournal(r.Path(journalFile)) }

// Sources reads the files that the run was made from. One that was changed
// since is an error.
func (r *Run) Sources(h Header) ([]File, error) {
	var files []File
	for i, s := range h.Sources {
		data, err := os.ReadFile(r.sourcePath(i, s.Name))
		if err != nil {
			return nil, fmt.Errorf("read the sources of a run: %w", err)
		}
		sum := sha256.Sum256(data)
		if "sha256:"+hex.EncodeToString(sum[:]) != s.Digest {
			return nil, fmt.Errorf("%s was changed after the run began", r.sourcePath(i, s.Name))
		}
		files = append(files, File{Name: s.Name, Data: data})
	}
	return files, nil
}

// SetStatus keeps how the run stands, for lists.
func (r *Run) SetStatus(s Status) error {
	data, err := json.Marshal(s)
	if err == nil {
		err = replaceFile(r.Path(statusFile), data)
	}
	if err != nil {
		return fmt.Errorf("write the status of a run: %w", err)
	}
	return nil
}

// Status is how the run stood when SetStatus was called last; zero when it
// never was.
func (r *Run) Status() (Status, error) {
	var s Status
	data, err := os.ReadFile(r.Path(statusFile))
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &s)
	}
	if err != nil {
		return s, fmt.Errorf("read the status of a run: %w", err)
	}
	return s, nil
}

// Lock makes this process the one that drives the run, until it calls unlock or
// ends. ErrLocked says that there is another.
func (r *Run) Lock() (unlock func(), err error) {
	unlock, err = lockFileNow(r.Path(lockFile))
	if errors.Is(err, ErrLocked) {
		return nil, fmt.Errorf("%s: %w", r.Name, err)
	}
	return unlock, err
}

// Driven reports whether some process drives the run.
func (r *Run) Driven() bool {
	unlock, err := r.Lock()
	if err == nil {
		unlock()
	}
	return errors.Is(err, ErrLocked)
}

// Send leaves a signal for the process that drives the run, now or later. What
// a signal says is between sender and driver.
func (r *Run) Send(signal []byte) error {
	dir := r.Path(signalsDir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("send a signal: %w", err)
	}
	f, err := os.CreateTemp(dir, ".new-*")
	if err != nil {
		return fmt.Errorf("send a signal: %w", err)
	}
	_, err = f.Write(signal)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		// Names sort as signals were sent.
		name := fmt.Sprintf("%020d-%s", time.Now().UnixNano(), strings.TrimPrefix(filepath.Base(f.Name()), ".new-"))
		err = os.Rename(f.Name(), filepath.Join(dir, name))
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("send a signal: %w", err)
	}
	return nil
}

// Signal is a signal that was sent and not yet taken.
type Signal struct {
	Data []byte
	path string
}

// Signals are those that were sent and not taken, in order.
func (r *Run) Signals() ([]Signal, error) {
	entries, err := os.ReadDir(r.Path(signalsDir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read signals: %w", err)
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	var signals []Signal
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		path := r.Path(signalsDir, e.Name())
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("read a signal: %w", err)
		}
		signals = append(signals, Signal{Data: data, path: path})
	}
	return signals, nil
}

// Taken removes a signal that the driver has in its journal.
func (s Signal) Taken() error { return os.Remove(s.path) }

// replaceFile writes a file so that readers see the old or the new one whole.
func replaceFile(name string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}
