//go:build unix

package local

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

// spawnSupervisor starts the supervisor of a Pod in a session of its own. The
// channel gets something at each change, and is closed when the supervisor ends.
func spawnSupervisor(l *launch, lock *os.File) (<-chan struct{}, error) {
	text, err := json.Marshal(l)
	if err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(l.Dir, "supervisor.log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer write.Close()
	cmd := exec.Command(l.Executable, superviseCommand, l.Name)
	cmd.Stdout, cmd.Stderr = write, log
	cmd.ExtraFiles = []*os.File{lock}
	cmd.SysProcAttr = asRoot(&syscall.SysProcAttr{Setsid: true}, l.Mode)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, errors.Join(err, read.Close())
	}
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("start supervisor: %w", err), read.Close())
	}
	_, err = stdin.Write(text)
	if err := errors.Join(err, stdin.Close()); err != nil {
		cmd.Process.Kill() //nolint:errcheck // it cannot go on anyway
	}
	changes := make(chan struct{})
	go func() {
		defer close(changes)
		defer read.Close()
		buffer := make([]byte, 64)
		for {
			if _, err := read.Read(buffer); err != nil {
				break
			}
			changes <- struct{}{}
		}
		cmd.Wait() //nolint:errcheck // its status says all that counts
	}()
	return changes, nil
}

// stopSupervisor asks a supervisor to end its Pod. One that is gone has done so.
func stopSupervisor(dir string) error {
	text, err := os.ReadFile(filepath.Join(dir, pidFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return fmt.Errorf("read %q: %w", pidFile, err)
	}
	// While the lock is held the number belongs to no other process.
	if !isSupervised(dir) {
		return nil
	}
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil && !errors.Is(err, syscall.ESRCH) {
		return err
	}
	return nil
}

func readJSON(path string, into any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return json.NewDecoder(bytes.NewReader(text)).Decode(into)
}

// address is the address of a Pod. On Linux all of 127.0.0.0/8 is this machine,
// so that each Pod can have one of its own; elsewhere they share the usual one.
func address(name string) string {
	if runtime.GOOS != "linux" {
		return "127.0.0.1"
	}
	h := fnv.New32a()
	h.Write([]byte(name))
	n := h.Sum32()
	return fmt.Sprintf("127.%d.%d.%d", 64+n>>16&63, n>>8&255, 1+n&255%254)
}
