package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/weft-lang/weft/compiler/eval"
	"github.com/weft-lang/weft/compiler/load"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/store"
)

// A recorder is a file system that remembers every file that was read: a run is
// made from them, and they may have changed when it goes on.
type recorder struct {
	disk
	mu    sync.Mutex
	files map[string][]byte
}

func newRecorder() *recorder { return &recorder{files: map[string][]byte{}} }

// ReadFile reads and remembers.
func (r *recorder) ReadFile(name string) ([]byte, error) {
	data, err := r.disk.ReadFile(name)
	if err == nil {
		r.mu.Lock()
		r.files[name] = data
		r.mu.Unlock()
	}
	return data, err
}

// Open reads the whole file, so that it is remembered, too. Folders are opened
// as they are.
func (r *recorder) Open(name string) (fs.File, error) {
	info, err := r.disk.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return r.disk.Open(name)
	}
	data, err := r.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return inMemory(name, data)
}

// A memoryFile is an open file whose text is at hand.
type memoryFile struct {
	*bytes.Reader
	name string
}

func inMemory(name string, data []byte) (fs.File, error) {
	return memoryFile{bytes.NewReader(data), path.Base(name)}, nil
}

func (f memoryFile) Stat() (fs.FileInfo, error) { return f, nil }
func (f memoryFile) Close() error               { return nil }
func (f memoryFile) Name() string               { return f.name }
func (f memoryFile) Size() int64                { return f.Reader.Size() }
func (f memoryFile) Mode() fs.FileMode          { return 0o444 }
func (f memoryFile) ModTime() time.Time         { return time.Time{} }
func (f memoryFile) IsDir() bool                { return false }
func (f memoryFile) Sys() any                   { return nil }

// sources are the files read, by name.
func (r *recorder) sources() []store.File {
	var files []store.File
	for _, name := range slices.Sorted(maps.Keys(r.files)) {
		files = append(files, store.File{Name: name, Data: r.files[name]})
	}
	return files
}

// kept is the file system of a run's stored sources. It holds files and no
// folders: whoever opens it knows the names.
type kept map[string][]byte

func (k kept) Open(name string) (fs.File, error) {
	data, ok := k[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return inMemory(name, data)
}

func (k kept) ReadFile(name string) ([]byte, error) {
	data, ok := k[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return bytes.Clone(data), nil
}

// stdinSource is the name under which standard input is kept.
const stdinSource = "-"

// keptSettings are what it takes, beside the sources, to open a run's project
// again, and to run its Pods as they were run.
type keptSettings struct {
	Paths    []string `json:"paths"`
	With     []string `json:"with,omitempty"`
	Stdin    string   `json:"stdin,omitempty"` // --stdin-filename
	Config   string   `json:"config,omitempty"`
	NoConfig bool     `json:"noConfig,omitempty"`
	Target   string   `json:"target,omitempty"`
	Place    string   `json:"place,omitempty"` // the namespace of what names none
	WorkDir  string   `json:"workDir"`
	machineFlags
	podFlags
}

// keep is what the header of a run holds of the flags. Folders and globs have
// become the files found there.
func (o *runOptions) keep(p *project, paths []string, workDir string) (json.RawMessage, error) {
	k := keptSettings{
		With: slashed(o.with), Stdin: o.stdinFilename, Config: o.settings.config, NoConfig: o.settings.noConfig,
		Target: o.settings.target, Place: o.place, WorkDir: workDir, machineFlags: o.machineFlags, podFlags: o.podFlags,
	}
	for _, f := range p.files {
		k.Paths = append(k.Paths, f.Source.Name)
	}
	if slices.Contains(paths, load.Stdin) {
		k.Paths = []string{load.Stdin}
	}
	data, err := json.Marshal(k)
	if err != nil {
		return nil, failure("cannot keep the settings of the run: %w", err)
	}
	return data, nil
}

// keepFlags keeps what has changed of how the Pods of a run in a cluster are made.
func (d *driving) keepFlags(ctx context.Context) error {
	if !d.unkept {
		return nil
	}
	var k keptSettings
	err := json.Unmarshal(d.header.Settings, &k)
	if err == nil {
		k.podFlags = d.flags.podFlags
		d.header.Settings, err = json.Marshal(k)
	}
	if err == nil {
		err = d.cluster.run.SetHeader(ctx, d.header)
	}
	if err != nil {
		return failure("cannot keep the settings of the run: %w", err)
	}
	return nil
}

// reopen checks the stored sources of a run again.
func reopen(s Streams, r *store.Run, h store.Header) (*project, *runOptions, error) {
	files, err := r.Sources(h)
	if err != nil {
		return nil, nil, failure("%w", err)
	}
	return reopenFiles(s, files, h)
}

func reopenFiles(s Streams, files []store.File, h store.Header) (*project, *runOptions, error) {
	var k keptSettings
	if err := json.Unmarshal(h.Settings, &k); err != nil {
		return nil, nil, failure("cannot read the settings of the run: %w", err)
	}
	fsys := kept{}
	for _, f := range files {
		fsys[f.Name] = f.Data
	}
	o := &runOptions{machineFlags: k.machineFlags, podFlags: k.podFlags, name: h.Name, entrypoint: h.Entrypoint, workflow: h.Workflow}
	o.with, o.stdinFilename, o.place = k.With, k.Stdin, k.Place
	o.settings = settingsFlags{config: k.Config, noConfig: k.NoConfig, target: k.Target}
	reading := load.Options{
		Stdin: bytes.NewReader(fsys[stdinSource]), StdinName: k.Stdin, WorkDir: k.WorkDir, Context: k.With,
		KeepContext: true, Foreign: true,
	}
	o.foreign = true
	p, err := o.openIn(s, fsys, reading, textArguments(h.Parameters), k.Paths)
	return p, o, err
}

// textArguments are arguments made from what a header holds.
func textArguments(values []engine.Value) []eval.Argument {
	var args []eval.Argument
	for _, v := range values {
		args = append(args, eval.Argument{Name: v.Name, Value: textFrom("-p "+v.Name, v.Value)})
	}
	return args
}

// readStdin reads standard input if paths name it, so that it can be kept.
func readStdin(s *Streams, paths []string, r *recorder) error {
	if !slices.Contains(paths, load.Stdin) {
		return nil
	}
	data, err := io.ReadAll(s.In)
	if err != nil {
		return failure("cannot read standard input: %w", err)
	}
	r.files[stdinSource] = data
	s.In = strings.NewReader(string(data))
	return nil
}
