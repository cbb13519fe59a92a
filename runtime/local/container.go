//go:build unix

package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/weft-lang/weft/compiler/pod/instructions"
	"github.com/weft-lang/weft/runtime/agent"
)

// stateFD is where the process of a container says how its start went.
const stateFD = 3

// startedWord is what it says when the command runs; else it says why not.
const startedWord = "started"

// becomeContainer makes this process the first one of a container: it builds its
// surroundings, then runs the command, or is the agent itself.
func becomeContainer(ctx context.Context) (code int, err error) {
	syscall.CloseOnExec(stateFD)
	signals, stop := agent.Listen()
	defer stop()
	state := os.NewFile(stateFD, "state")
	say := func(err error) {
		text := startedWord
		if err != nil {
			text = err.Error()
		}
		state.WriteString(text) //nolint:errcheck // without its supervisor, nobody listens
		state.Close()
	}
	var t task
	if err := json.NewDecoder(os.Stdin).Decode(&t); err != nil {
		return agent.CodeNoCommand, fmt.Errorf("read what to run: %w", err)
	}
	opts := agent.Options{Staged: true, Signals: signals, MessageFile: t.Container.Message}
	if err := t.settle(&opts); err != nil {
		say(err)
		return agent.CodeNoCommand, nil
	}
	if t.Container.Agent {
		say(nil)
		return agent.Main(ctx, t.Container.Command, opts), nil
	}
	return agent.Exec(t.Container.Command, signals, say), nil
}

// settle builds the surroundings of the container.
func (t *task) settle(opts *agent.Options) error {
	c := t.Container
	if t.Launch.Mode == Namespaces {
		if err := enterRoot(t); err != nil {
			return fmt.Errorf("build the container: %w", err)
		}
	} else {
		opts.Home = filepath.Join(t.Launch.Dir, homeDir)
		opts.MessageFile = filepath.Join(t.Launch.Dir, messagesDir, c.Name)
		for i, word := range c.Command {
			if word == instructions.ScriptPath {
				c.Command[i] = filepath.Join(opts.Home, "agent", "script")
			}
		}
	}
	dir := c.Dir
	switch {
	case dir != "" && t.Launch.Mode == Namespaces:
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return err
		}
	case dir == "" && t.Launch.Mode == Namespaces:
		dir = "/"
	case dir == "":
		dir = t.Launch.Dir
	}
	if err := os.Chdir(dir); err != nil {
		return err
	}
	return become(c)
}

// become takes on the user of the container. Only root can; anybody else stays
// who he is.
func become(c *container) error {
	if os.Geteuid() != 0 || c.UID == nil && c.GID == nil {
		return nil
	}
	uid, gid := 0, 0
	if c.UID != nil {
		uid = int(*c.UID)
	}
	if c.GID != nil {
		gid = int(*c.GID)
	}
	err := errors.Join(syscall.Setgroups(nil), syscall.Setgid(gid), syscall.Setuid(uid))
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.EPERM) {
		return nil // root in a user namespace that knows nobody else
	}
	return err
}
