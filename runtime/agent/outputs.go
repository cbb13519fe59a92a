package agent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/weft-lang/weft/compiler/pod/instructions"
	"github.com/weft-lang/weft/runtime/artifact"
	"github.com/weft-lang/weft/runtime/record"
)

// maxParameter bounds an output parameter: what is longer cannot be told anyway.
const maxParameter = 1 << 20

// parameters reads the output parameters. A default takes the place of a file
// that cannot be read.
func (w *watched) parameters() (values []record.Value, faults []error) {
	for _, p := range w.process.Parameters {
		value, err := readParameter(p.Path)
		if err != nil && p.Default != nil {
			value, err = *p.Default, nil
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("output parameter %q: %w", p.Name, err))
			continue
		}
		values = append(values, record.Value{Name: p.Name, Value: value})
	}
	return values, faults
}

func readParameter(path string) (string, error) {
	text, size, err := readFile(path, maxParameter)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("there is no file %q", path)
	}
	if err != nil {
		return "", err
	}
	if size > maxParameter {
		return "", fmt.Errorf("%q has %d bytes, and a parameter at most %d; pass large data as an artifact", path, size, maxParameter)
	}
	return trimNewline(text), nil
}

// readFile reads a file that somebody else has left, and no more than most bytes
// of it. It may be anything: a pipe that nobody writes to, a device without an end.
func readFile(path string, most int64) (text string, size int64, err error) {
	f, err := openAtOnce(path)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", 0, err
	}
	switch {
	case info.IsDir():
		return "", 0, fmt.Errorf("%q is a folder", path)
	case !info.Mode().IsRegular():
		return "", 0, fmt.Errorf("%q is no file", path)
	}
	read, err := io.ReadAll(io.LimitReader(f, most+1)) // its size may be more than it says
	return string(read[:min(int64(len(read)), most)]), max(info.Size(), int64(len(read))), err
}

// trimNewline takes away the one newline that ends most files.
func trimNewline(s string) string { return strings.TrimSuffix(s, "\n") }

// saveOwn saves the artifacts that need no credentials, and packs the others for
// weft-save.
func (w *watched) saveOwn(ctx context.Context) (saved, packed []string, faults []error) {
	for _, s := range w.tell.Save {
		if s.Container != w.process.Container {
			continue
		}
		own := s.By == w.process.Container
		err := w.saveOne(ctx, s, own)
		switch {
		case s.Optional && errors.Is(err, fs.ErrNotExist):
		case err != nil:
			faults = append(faults, fmt.Errorf("output artifact %q: %w", s.Name, err))
		case own:
			saved = append(saved, s.Name)
		default:
			packed = append(packed, s.Name)
		}
	}
	return saved, packed, faults
}

func (w *watched) saveOne(ctx context.Context, s instructions.Save, own bool) error {
	archive, err := artifact.ParseArchive(s.Archive)
	if err != nil {
		return err
	}
	from := s.Path
	if s.Log {
		from, archive = w.output.logName(), artifact.Archive{None: &struct{}{}}
	}
	if _, err := os.Lstat(from); errors.Is(err, fs.ErrNotExist) {
		return &missingError{from}
	}
	// Not below /tmp, which an image need not have.
	to := w.packedAt(s.Name)
	if err := sharedDir(filepath.Dir(to)); err != nil {
		return err
	}
	if err := artifact.Pack(from, to, archive); err != nil || !own {
		return err
	}
	defer os.RemoveAll(to)
	if err := w.upload(ctx, s); err != nil {
		return &unsavedError{err}
	}
	return nil
}

// An unsavedError is no fault of the user's process: its artifact is there.
type unsavedError struct{ error }

func (e *unsavedError) Unwrap() error { return e.error }

// missingError is a file that the user's process should have left.
type missingError struct{ path string }

func (e *missingError) Error() string        { return fmt.Sprintf("there is no file %q", e.path) }
func (e *missingError) Is(target error) bool { return target == fs.ErrNotExist }

// packedDir is the folder of the exchange in which artifacts wait.
const packedDir = "artifacts"

func (a *agent) packedAt(name string) string {
	return filepath.Join(a.at(instructions.ExchangeDir), packedDir, name)
}

// sharedDir makes a folder in which containers of any user may write.
func sharedDir(dir string) error {
	if err := os.Mkdir(dir, 0o777); errors.Is(err, fs.ErrExist) {
		return nil
	} else if err != nil {
		return err
	}
	return os.Chmod(dir, 0o777) // the umask may have taken something away
}

// logFile says where the output of the container is to be kept, "" for nowhere.
func (w *watched) logFile() string {
	for _, s := range w.tell.Save {
		if s.Log && s.Container == w.process.Container {
			return filepath.Join(w.at(instructions.ExchangeDir), s.Container+".log")
		}
	}
	return ""
}

// save uploads what other containers have packed, as the only one who holds the
// credentials.
func (a *agent) save(ctx context.Context, _ []string) int {
	r := record.Record{Container: "weft-save"}
	var faults []error
	outcomes := map[string]outcome{}
	signals, stop := a.signals()
	defer stop()
	for _, s := range a.tell.Save {
		if s.By == s.Container {
			continue
		}
		o, known := outcomes[s.Container]
		if !known {
			var err error
			if o, err = a.awaitEnd(s.Container, signals); err != nil {
				faults = append(faults, err)
			}
			outcomes[s.Container] = o
		}
		if !o.packed(s.Name) {
			continue // the container has said why
		}
		if err := a.upload(ctx, s); err != nil {
			faults = append(faults, fmt.Errorf("output artifact %q: %w", s.Name, err))
			continue
		}
		r.Artifacts = append(r.Artifacts, s.Name)
	}
	code := 0
	if len(faults) > 0 {
		code, r.Error = codeOf(faults...), joined(faults)
		r.Message = r.Error
		a.say(errors.New(r.Error))
	}
	a.tellAll(r)
	return code
}

// awaitEnd waits for the end of a container. Whoever stops the Pod stops all of
// its containers, so one that runs will end: what it leaves then is saved, too.
func (a *agent) awaitEnd(container string, signals <-chan os.Signal) (outcome, error) {
	o, err := a.await(container, signals)
	var stopped *stoppedError
	if errors.As(err, &stopped) && a.entered(container) {
		return a.await(container, nil)
	}
	return o, err
}

func (a *agent) upload(ctx context.Context, s instructions.Save) error {
	at, err := artifact.Open(s.Location, a.access())
	if err != nil {
		return err
	}
	return at.Put(ctx, a.at(instructions.ExchangeDir), filepath.Join(packedDir, s.Name))
}
