// Package agent is what runs inside a Pod beside the user's own processes: it
// brings the script and the input artifacts in, runs the user's command, and
// leaves a record of what came out.
//
// It talks to nobody but artifact stores, and in resource templates to the API
// server. What it is to do stands in a file; what it has done goes into the
// container's termination message. So it needs no token for itself, and a Pod in
// which it is killed looks like any other.
package agent

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/weft-lang/weft/compiler/pod/instructions"
	"github.com/weft-lang/weft/runtime/artifact"
	"github.com/weft-lang/weft/runtime/record"
)

// Exit codes of the agent itself. A user's process that ends gives its own.
const (
	codeFailed     = 1
	codeNotStarted = 64 // the user's command could not be run
	codeRefused    = 65 // a store does not have an artifact, or does not let us
)

// codeOf is the exit code for errors, of which there is at least one.
func codeOf(faults ...error) int {
	if slices.ContainsFunc(faults, func(err error) bool { return !artifact.Refused(err) }) {
		return codeFailed
	}
	return codeRefused
}

// defaultMessageFile is what the kubelet reads when a container ends.
const defaultMessageFile = "/dev/termination-log"

// Options are about the machine that the agent runs on. The zero value is right
// in a Pod of a cluster, but for its standard input.
type Options struct {
	// Home replaces /weft as the place of everything that is weft's, for machines
	// on which /weft cannot be made.
	Home string
	// MessageFile replaces the file that becomes the termination message.
	MessageFile string
	// Staged says that the agent is there already and need not be copied.
	Staged bool
	// Env is the environment of the user's command; nil is the agent's own.
	Env            []string
	Stdin          *os.File // of the user's command; nil is empty
	Stdout, Stderr *os.File // nil are those of the agent
	// Signals go on to the user's command; nil are those that Listen hears.
	Signals <-chan os.Signal
}

// Main carries out one command of the agent and returns its exit code.
func Main(ctx context.Context, args []string, opts Options) int {
	a, err := newAgent(opts)
	if err == nil && len(args) == 0 {
		err = errors.New("the agent is given no command")
	}
	if err != nil {
		return a.failed(err)
	}
	command, ok := commands[args[0]]
	if !ok {
		return a.failed(fmt.Errorf("the agent does not know the command %q", args[0]))
	}
	return command(a, ctx, args[1:])
}

var commands = map[string]func(*agent, context.Context, []string) int{
	instructions.CommandStage: plainly((*agent).stage),
	instructions.CommandLoad:  plainly((*agent).load),
	instructions.CommandRun:   (*agent).run,
	instructions.CommandSave:  (*agent).save,
	"data":                    (*agent).data,
	"resource":                (*agent).resource,
}

// plainly makes a command of work that ends well or with one error.
func plainly(work func(*agent, context.Context) error) func(*agent, context.Context, []string) int {
	return func(a *agent, ctx context.Context, _ []string) int {
		if err := work(a, ctx); err != nil {
			a.say(err)
			a.leave([]byte(cut(err.Error(), messageSize)))
			return codeOf(err)
		}
		return 0
	}
}

// messageSize is what a kubelet keeps of a termination message.
const messageSize = 4096

func cut(s string, most int) string {
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "")
	}
	return s
}

type agent struct {
	opts    Options
	tell    instructions.Instructions
	message string // file
	stdout  *os.File
	stderr  *os.File
}

func newAgent(opts Options) (*agent, error) {
	a := &agent{opts: opts, message: opts.MessageFile, stdout: opts.Stdout, stderr: opts.Stderr}
	if a.message == "" {
		a.message = defaultMessageFile
	}
	if a.stdout == nil {
		a.stdout = os.Stdout
	}
	if a.stderr == nil {
		a.stderr = os.Stderr
	}
	text, err := os.ReadFile(a.at(instructions.Path))
	if err != nil {
		return a, fmt.Errorf("read instructions: %w", err)
	}
	if err := json.Unmarshal(text, &a.tell); err != nil {
		return a, fmt.Errorf("read instructions: %w", err)
	}
	if a.tell.Version != instructions.Version {
		return a, fmt.Errorf("the agent is not of the same release as weft (it reads instructions of version %d, and these are of version %d): look at the agent image", instructions.Version, a.tell.Version)
	}
	return a, nil
}

// at is where a path of the Pod is on this machine.
func (a *agent) at(path string) string {
	const root = "/weft"
	if below, ok := strings.CutPrefix(path, root); ok && a.opts.Home != "" && (below == "" || below[0] == '/') {
		return filepath.Join(a.opts.Home, below)
	}
	return path
}

// say is for people who read the log.
func (a *agent) say(err error) { fmt.Fprintf(a.stderr, "weft-agent: %v\n", err) }

// leave writes the termination message.
func (a *agent) leave(message []byte) {
	// The file is made by the kubelet and may not be replaced.
	if err := os.WriteFile(a.message, message, 0o666); err != nil {
		a.say(fmt.Errorf("leave a message: %w", err))
	}
}

// failed ends with a message for the user.
func (a *agent) failed(err error) int {
	a.say(err)
	a.leave([]byte(cut(err.Error(), cmp.Or(a.tell.Limit, messageSize))))
	return codeNotStarted
}

// tellAll writes a record. One that cannot be told becomes one that says so.
func (a *agent) tellAll(r record.Record) {
	message, lines, err := record.Encode(r, a.tell.Limit)
	if err != nil {
		a.say(err)
		r = record.Record{
			Container: r.Container, Message: cut(r.Message, a.tell.Limit/2), Artifacts: r.Artifacts,
			Error: strings.TrimPrefix(r.Error+"; "+err.Error(), "; "), Unsaved: r.Unsaved,
		}
		if message, lines, err = record.Encode(r, a.tell.Limit); err != nil {
			a.say(err)
			return
		}
	}
	if len(lines) > 0 {
		// What the user's process wrote last may be no whole line.
		if _, err := fmt.Fprintf(a.stdout, "\n%s\n", strings.Join(lines, "\n")); err != nil {
			a.say(err)
		}
	}
	a.leave([]byte(message))
}

// stage brings the agent and the script to where other containers find them.
func (a *agent) stage(context.Context) error {
	if s := a.tell.Script; s != nil {
		if err := writeFile(a.at(instructions.ScriptPath), strings.NewReader(*s), 0o755); err != nil {
			return fmt.Errorf("stage script: %w", err)
		}
	}
	if a.opts.Staged {
		return nil
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("stage agent: %w", err)
	}
	if err := copyFile(self, a.at(instructions.AgentPath), 0o755); err != nil {
		return fmt.Errorf("stage agent: %w", err)
	}
	err = copyFile(cmp.Or(os.Getenv(certificatesEnv), certificatesFile), a.at(instructions.CertificatesPath), 0o644)
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // an image of the user's own may have none
		return fmt.Errorf("stage certificates: %w", err)
	}
	return nil
}

// Where the certificates of the agent's image are, and the variable by which Go
// is told of others.
const (
	certificatesFile = "/etc/ssl/certs/ca-certificates.crt"
	certificatesEnv  = "SSL_CERT_FILE"
)

// trust has stores believed whom the agent's own image believes, in whatever image
// this is.
func (a *agent) trust() {
	staged := a.at(instructions.CertificatesPath)
	if _, err := os.Stat(staged); err == nil && os.Getenv(certificatesEnv) == "" {
		os.Setenv(certificatesEnv, staged) //nolint:errcheck // the name is one
	}
}

func copyFile(from, to string, mode fs.FileMode) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	return writeFile(to, in, mode)
}

// writeFile writes a file that everybody may read. It is complete or not there:
// the container may be started again.
func writeFile(path string, content io.Reader, mode fs.FileMode) error {
	part := path + ".part"
	out, err := os.Create(part)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, content)
	if err := errors.Join(err, out.Chmod(mode), out.Close()); err != nil {
		return err
	}
	return os.Rename(part, path)
}

func (a *agent) access() artifact.Access {
	a.trust()
	return artifact.Access{Secrets: a.secret, Folder: a.at(instructions.StoreDir), Scratch: a.scratch()}
}

// scratch is the folder of what is loaded, where it is: of that, others see no
// more than the artifacts.
func (a *agent) scratch() string {
	dir := a.at(instructions.InputsDir)
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return ""
	}
	return dir
}

// secret reads a key of a secret that is mounted.
func (a *agent) secret(name, key string) (string, error) {
	if !filepath.IsLocal(name) || !filepath.IsLocal(key) {
		return "", &artifact.MissingKeyError{Secret: name, Key: key}
	}
	text, err := os.ReadFile(filepath.Join(a.at(instructions.SecretsDir), name, key))
	if errors.Is(err, os.ErrNotExist) {
		return "", &artifact.MissingKeyError{Secret: name, Key: key}
	}
	return string(text), err
}

// load fetches the input artifacts.
func (a *agent) load(ctx context.Context) error {
	for _, l := range a.tell.Load {
		if err := a.loadOne(ctx, l); err != nil {
			if l.Optional && errors.Is(err, artifact.ErrNotFound) {
				continue
			}
			return fmt.Errorf("input artifact %q: %w", l.Name, err)
		}
	}
	return nil
}

func (a *agent) loadOne(ctx context.Context, l instructions.Load) error {
	at, err := artifact.Open(l.Location, a.access())
	if err != nil {
		return err
	}
	archive, err := artifact.ParseArchive(l.Archive)
	if err != nil {
		return err
	}
	return at.Load(ctx, a.at(l.Target), artifact.LoadOptions{Archive: archive, Mode: l.Mode, RecurseMode: l.RecurseMode})
}
