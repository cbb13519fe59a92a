package agent

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/weft-lang/weft/compiler/pod/instructions"
	"github.com/weft-lang/weft/runtime/artifact"
	"github.com/weft-lang/weft/runtime/record"
)

// Listen hears the signals that go on to a user's command. Whoever starts the
// agent in a process of his own calls it early, so that none is lost.
func Listen() (signals <-chan os.Signal, stop func()) { return listen() }

func (a *agent) signals() (signals <-chan os.Signal, stop func()) {
	if a.opts.Signals != nil {
		return a.opts.Signals, func() {}
	}
	return listen()
}

// run runs the user's command: run CONTAINER -- COMMAND ARGS...
func (a *agent) run(ctx context.Context, args []string) int {
	if len(args) < 3 || args[1] != "--" {
		return a.failed(errors.New("run takes the name of a container, --, and a command"))
	}
	i := slices.IndexFunc(a.tell.Processes, func(p instructions.Process) bool { return p.Container == args[0] })
	if i < 0 {
		return a.failed(fmt.Errorf("there are no instructions for container %q", args[0]))
	}
	w := &watched{agent: a, process: a.tell.Processes[i], command: args[2:]}
	if w.process.MessageLog != "" && a.opts.MessageFile == "" {
		a.message = w.process.MessageLog
	}
	return w.run(ctx)
}

// watched is a user's command under the agent.
type watched struct {
	*agent
	process instructions.Process
	command []string
	output  capture
	said    string // why the command could not be run
	// signalled says that somebody wants the command to end.
	signalled bool
}

func (w *watched) run(ctx context.Context) int {
	signals, stop := w.signals() // first of all: nobody else hears them
	defer stop()
	announce, err := w.enter()
	if err != nil {
		return w.fail(err)
	}
	code, err := w.wait(signals)
	if err == nil && code == 0 {
		code, err = w.tryAll(signals)
	}
	if err != nil {
		w.said = err.Error()
		w.say(err)
	}
	if w.process.Sidecar {
		if w.said != "" {
			w.leave([]byte(cut(w.said, messageSize)))
		}
		if !w.signalled {
			hold(signals)
		}
		return code
	}
	packed := w.finish(ctx, code)
	if announce != nil {
		if err := announce(outcome{Code: code, Packed: packed}); err != nil {
			w.say(err)
		}
	}
	return code
}

// fail ends before there was anything to run.
func (w *watched) fail(err error) int {
	w.said = err.Error()
	w.say(err)
	w.finish(context.Background(), codeNotStarted)
	return codeNotStarted
}

// tryAll runs the command until it ends well or there are no tries left.
func (w *watched) tryAll(signals <-chan os.Signal) (int, error) {
	var retry instructions.Retry
	if w.process.Retry != nil {
		retry = *w.process.Retry
	}
	for left := retry.Retries; ; left-- {
		code, err := w.try(signals)
		if err != nil || code == 0 || left <= 0 || w.signalled {
			return code, err
		}
		fmt.Fprintf(w.stderr, "weft-agent: exit code %d, tried again\n", code)
		if w.stoppedWithin(retry.Pause, signals) {
			return code, nil
		}
	}
}

// stoppedWithin waits, and reports whether somebody stopped the container
// meanwhile.
func (w *watched) stoppedWithin(pause time.Duration, signals <-chan os.Signal) bool {
	over := time.After(pause)
	for {
		select {
		case s := <-signals:
			if _, ends := endingCode(s); ends {
				w.signalled = true
				return true
			}
		case <-over:
			return false
		}
	}
}

// try runs the command once.
func (w *watched) try(signals <-chan os.Signal) (code int, err error) {
	w.output.close()
	w.output = capture{}
	if err := w.output.open(w.agent, w.process.Result, w.logFile()); err != nil {
		return codeNotStarted, err
	}
	p, err := start(w.command, w.opts.Env, w.opts.Stdin, w.output.stdout, w.output.stderr)
	w.output.started()
	if err != nil {
		w.output.drain()
		return codeNotStarted, err
	}
	code, w.signalled = p.wait(signals)
	w.output.drain()
	return code, nil
}

// Exec runs a command that nobody wants anything of, as the first process of a
// container: signals go on to it, and orphans find an end. It calls started when
// the command runs, or with the reason why it cannot.
func Exec(command []string, signals <-chan os.Signal, started func(error)) int {
	p, err := start(command, nil, nil, os.Stdout, os.Stderr)
	started(err)
	if err != nil {
		return CodeNoCommand
	}
	code, _ := p.wait(signals)
	return code
}

// CodeNoCommand is the code of a container whose own command cannot be started.
const CodeNoCommand = 128

// finish gathers the outputs and writes the record. It returns the artifacts
// that were packed for weft-save.
func (w *watched) finish(ctx context.Context, code int) (packed []string) {
	message := w.said
	if message == "" {
		if text, _, err := readFile(w.message, messageSize+1); err == nil {
			message = cut(text, messageSize)
		}
	}
	r := record.Record{Container: w.process.Container, Message: message}
	var faults []error
	if code != codeNotStarted || w.said == "" {
		if w.process.Result {
			result := w.output.result()
			r.Result = &result
		}
		r.Parameters, faults = w.parameters()
		var bad []error
		r.Artifacts, packed, bad = w.saveOwn(ctx)
		faults = append(faults, bad...)
	}
	w.output.close()
	if err := errors.Join(faults...); err != nil {
		var unsaved *unsavedError
		r.Error, r.Unsaved = joined(faults), errors.As(err, &unsaved) && !artifact.Refused(unsaved)
		if code == 0 {
			w.say(errors.New(r.Error))
		}
	}
	if w.tells() {
		endOthers()
		w.tellAll(r)
	} else if w.said != "" {
		w.leave([]byte(cut(w.said, messageSize)))
	}
	return packed
}

// tells reports whether anybody expects a record. Otherwise the message of the
// user's process is left as it is, for people to read.
func (w *watched) tells() bool {
	return w.process.Result || len(w.process.Parameters) > 0 ||
		slices.ContainsFunc(w.tell.Save, func(s instructions.Save) bool { return s.Container == w.process.Container })
}

// joined puts errors on one line.
func joined(faults []error) string {
	text := ""
	for i, err := range faults {
		if i > 0 {
			text += "; "
		}
		text += err.Error()
	}
	return text
}
