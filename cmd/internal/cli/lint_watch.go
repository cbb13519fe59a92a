package cli

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/fsnotify/fsnotify"
)

// settle is how long a change may take: editors and git touch files several
// times in a row.
const settle = 50 * time.Millisecond

// clearScreen empties a terminal and goes to its first line.
const clearScreen = "\x1b[2J\x1b[H"

// watch calls lint, and again whenever something changes in the folders that it
// returns, until the process is told to stop. Changes of the files in ignore,
// which lint itself writes, do not count.
func watch(s Streams, ignore []string, lint func() (folders []string, err error)) error {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(stop)
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return failure("cannot watch files: %w", err)
	}
	defer watcher.Close()

	_, terminal := terminalWidth(s.Out)
	for {
		if terminal {
			fmt.Fprint(s.Out, clearScreen)
		}
		folders, err := lint()
		if err := afterLint(s, err); err != nil {
			return err
		}
		for _, folder := range folders {
			if err := watcher.Add(filepath.FromSlash(folder)); err != nil && !errors.Is(err, os.ErrNotExist) {
				return failure("cannot watch %s: %w", folder, err)
			}
		}
		fmt.Fprintln(s.Err, "weft: waiting for changes, Ctrl-C ends")
		if more, err := nextChange(watcher, ignore, stop); err != nil || !more {
			return err
		}
	}
}

// afterLint reports what went wrong. A wrong command line ends watching; broken
// and missing files may be mended.
func afterLint(s Streams, err error) error {
	var end *exit
	if err == nil {
		return nil
	}
	if !errors.As(err, &end) || end.code == Usage {
		return err
	}
	if end.err != nil {
		fmt.Fprintf(s.Err, "weft: %v\n", end.err)
	}
	return nil
}

// nextChange waits for a change that matters, and until no other follows. It is
// false when the process is to stop.
func nextChange(watcher *fsnotify.Watcher, ignore []string, stop <-chan os.Signal) (bool, error) {
	var settled <-chan time.Time
	for {
		select {
		case <-stop:
			return false, nil
		case <-settled:
			return true, nil
		case event := <-watcher.Events:
			if matters(event, ignore) {
				settled = time.After(settle)
			}
		case err := <-watcher.Errors:
			if !errors.Is(err, fsnotify.ErrEventOverflow) {
				return false, failure("cannot watch files: %w", err)
			}
			settled = time.After(settle) // something changed; what, got lost
		}
	}
}

// matters leaves out hidden files and backups, which editors write all the
// time, and files that only got another mode.
func matters(event fsnotify.Event, ignore []string) bool {
	base := filepath.Base(event.Name)
	return event.Op != fsnotify.Chmod && !strings.HasPrefix(base, ".") && !strings.HasSuffix(base, "~") &&
		!slices.ContainsFunc(ignore, func(file string) bool { return sameFile(file, event.Name) })
}

func sameFile(a, b string) bool {
	a, errA := filepath.Abs(a)
	b, errB := filepath.Abs(b)
	return errA == nil && errB == nil && a == b
}
