package cli

import (
	"bytes"
	"io"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/weft-lang/weft/compiler/load"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/lint"
)

// parseProfile reads the value of --profile; "" leaves it to weft.yaml.
func parseProfile(name string) (*validate.Profile, error) {
	if name == "" {
		return nil, nil
	}
	p, err := validate.ParseProfile(name)
	if err != nil {
		return nil, unknownValue("profile", name, validate.Profiles())
	}
	return &p, nil
}

// check reads and judges what the command line names, and mends what it may.
func (l *linter) check(s Streams) (*lint.Result, error) {
	reading, err := l.reading(s)
	if err != nil {
		return nil, err
	}
	input, err := l.readStdin(s)
	if err != nil {
		return nil, err
	}
	opts := l.settings.options(reading)
	opts.NoIgnores = l.noIgnores
	if l.clock != nil {
		opts.Checkers = l.clock.over(opts.Checkers)
	}
	if opts.Profile, err = parseProfile(l.profile); err != nil {
		return nil, err
	}
	if opts.Known, err = l.known.filter(reading.WorkDir); err != nil {
		return nil, err
	}
	run := func(texts map[string]string) *lint.Result {
		opts := opts
		if input != nil {
			opts.Load.Stdin = bytes.NewReader(input)
			if text, ok := texts[l.stdinName()]; ok {
				opts.Load.Stdin = bytes.NewReader([]byte(text))
			}
		}
		return lint.Run(overlay{texts: texts}, slashed(l.paths), opts)
	}
	result := run(nil)
	if !l.fixing.on() {
		return result, nil
	}
	return l.mend(s, result, string(input), run)
}

// readStdin reads standard input if it is to be checked, since that may happen
// several times.
func (l *linter) readStdin(s Streams) ([]byte, error) {
	if !l.readsStdin() || s.In == nil {
		return nil, nil
	}
	input, err := io.ReadAll(s.In)
	if err != nil {
		return nil, failure("cannot read standard input: %w", err)
	}
	return append([]byte{}, input...), nil
}

func (l *linter) readsStdin() bool { return slices.Contains(l.paths, load.Stdin) }

// stdinName is what findings call standard input.
func (l *linter) stdinName() string {
	if l.stdinFilename == "" {
		return "stdin"
	}
	return filepath.ToSlash(l.stdinFilename)
}

// overlay is the disk with other texts in some files.
type overlay struct {
	disk
	texts map[string]string
}

func (o overlay) ReadFile(name string) ([]byte, error) {
	if text, ok := o.texts[name]; ok {
		return []byte(text), nil
	}
	return o.disk.ReadFile(name)
}

var _ fs.ReadFileFS = overlay{}
