package agent

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/weft-lang/weft/compiler/pod/instructions"
)

// outcome is what a container tells the others of its Pod.
type outcome struct {
	Code   int      `json:"code"`
	Packed []string `json:"packed,omitempty"` // artifacts
}

func (o outcome) packed(name string) bool { return slices.Contains(o.Packed, name) }

func (a *agent) outcomeFile(container string) string {
	return filepath.Join(a.at(instructions.ExchangeDir), container+".json")
}

// enter tells the other containers that this one is there, if any of them waits
// for it. Its lock is what tells them that it is gone: a file alone could not,
// when the agent is killed.
func (w *watched) enter() (announce func(outcome) error, err error) {
	name := w.process.Container
	saves := func(s instructions.Save) bool { return s.Container == name && s.By != name }
	if !w.process.Announce && !slices.ContainsFunc(w.tell.Save, saves) {
		return nil, nil
	}
	file := w.outcomeFile(name)
	lock, err := lockedFile(file + lockSuffix)
	if err != nil {
		return nil, err
	}
	return func(o outcome) error {
		defer lock.Close()
		text, err := json.Marshal(o)
		if err != nil {
			return err
		}
		os.Remove(file + ".part") //nolint:errcheck // a pipe that somebody put there would block us
		if err := os.WriteFile(file+".part", text, 0o666); err != nil {
			return err
		}
		return os.Rename(file+".part", file)
	}, nil
}

// lockSuffix is what the name of a container's lock has more than that of its
// outcome.
const lockSuffix = ".lock"

// lockedFile makes a file that is locked from its beginning: who finds it
// unlocked takes its container for gone.
func lockedFile(name string) (*os.File, error) {
	f, err := os.OpenFile(name+".part", os.O_CREATE|os.O_RDWR, 0o666)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(f.Chmod(0o666), lockFile(f), os.Rename(f.Name(), name)); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// entered reports whether a container has told that it is there.
func (a *agent) entered(container string) bool {
	_, err := os.Stat(a.outcomeFile(container) + lockSuffix)
	return err == nil
}

// wait waits for the containers that must have ended well before.
func (w *watched) wait(signals <-chan os.Signal) (code int, err error) {
	for _, name := range w.process.After {
		o, err := w.await(name, signals)
		var stopped *stoppedError
		if errors.As(err, &stopped) {
			return stopped.code, err
		}
		if err == nil && o.Code != 0 {
			err = fmt.Errorf("container %q, which must end well before, ended with exit code %d", name, o.Code)
		}
		if err != nil {
			return codeNotStarted, err
		}
	}
	return 0, nil
}

// A stoppedError says that somebody stopped the container while it waited.
type stoppedError struct{ code int }

func (e *stoppedError) Error() string { return "stopped while it waited" }

// pollEvery is short against the time that a container takes to start.
const pollEvery = 20 * time.Millisecond

// maxOutcome is more than the names of any artifacts take.
const maxOutcome = 1 << 20

// await waits until a container has told its outcome.
func (a *agent) await(container string, signals <-chan os.Signal) (outcome, error) {
	file := a.outcomeFile(container)
	for {
		gone := isUnlocked(file + lockSuffix) // asked first: the outcome is written before it goes
		text, _, err := readFile(file, maxOutcome)
		if err == nil {
			var o outcome
			return o, json.Unmarshal([]byte(text), &o)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return outcome{}, err
		}
		if gone {
			return outcome{}, fmt.Errorf("container %q ended without a word", container)
		}
		select {
		case s := <-signals:
			if code, ends := endingCode(s); ends {
				return outcome{}, &stoppedError{code}
			}
		case <-time.After(pollEvery):
		}
	}
}
