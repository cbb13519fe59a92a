package cli

import (
	"bytes"
	"io/fs"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/txtar"

	"github.com/weft-lang/weft/validate/config"
)

// atRevision is the workflow files of a git revision as a file system, and the
// name of a path of this folder in it. A path that starts with "./" or "../"
// counts from here, any other from the root of the repository, as in git.
func atRevision(revision, name string) (fs.FS, string, error) {
	name = filepath.ToSlash(name)
	if strings.HasPrefix(name, "./") || strings.HasPrefix(name, "../") || name == "." {
		prefix, err := gitInput(nil, "rev-parse", "--show-prefix")
		if err != nil {
			return nil, "", err
		}
		name = path.Join(strings.TrimSpace(string(prefix)), name)
	}
	name = path.Clean("./" + name)
	listing, err := gitInput(nil, "ls-tree", "-r", "-z", "--full-tree", "--name-only", revision+"^{tree}")
	if err != nil {
		return nil, "", err
	}
	var wanted []string
	var asked bytes.Buffer
	for _, file := range strings.Split(string(listing), "\x00") {
		below := name == "." || file == name || strings.HasPrefix(file, name+"/")
		if ext := path.Ext(file); ext == ".weft" || path.Base(file) == config.FileName || below && slices.Contains([]string{".yaml", ".yml", ".json"}, ext) || file == name {
			wanted = append(wanted, file)
			asked.WriteString(revision + ":" + file + "\n")
		}
	}
	answer, err := gitInput(&asked, "cat-file", "--batch")
	if err != nil {
		return nil, "", err
	}
	archive := &txtar.Archive{}
	for _, file := range wanted {
		head, rest, _ := bytes.Cut(answer, []byte("\n"))
		fields := strings.Fields(string(head))
		size, err := strconv.Atoi(fields[len(fields)-1])
		if err != nil || size >= len(rest) {
			return nil, "", failure("cannot read %s of %s: git says %q", file, revision, head)
		}
		archive.Files = append(archive.Files, txtar.File{Name: file, Data: rest[:size]})
		answer = rest[size+1:]
	}
	fsys, err := txtar.FS(archive)
	if err != nil {
		return nil, "", failure("cannot read %s: %w", revision, err)
	}
	return fsys, name, nil
}

// gitInput runs a git command in this folder, with something to read.
func gitInput(in *bytes.Buffer, args ...string) ([]byte, error) {
	cmd := exec.Command("git", args...)
	if in != nil {
		cmd.Stdin = in
	}
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		said, _, _ := strings.Cut(strings.TrimSpace(errs.String()), "\n")
		if said == "" {
			said = err.Error()
		}
		return nil, failure("cannot read from git: %s", strings.TrimPrefix(said, "fatal: "))
	}
	return out, nil
}
