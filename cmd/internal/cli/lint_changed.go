package cli

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
)

// changedFiles asks git which files differ from where the history of ref and
// this checkout parted, untracked ones included. What it returns takes absolute
// names as load makes them: below the working folder as the user sees it.
func changedFiles(ref string) (func(name string) bool, error) {
	wd, err := os.Getwd()
	if err != nil {
		return nil, failure("cannot find the folder I am in: %w", err)
	}
	up, err := git(".", "rev-parse", "--show-cdup")
	if err != nil {
		return nil, err
	}
	// Going up by name, not asking for the name of the top, keeps links in it.
	top := path.Join(filepath.ToSlash(wd), strings.TrimSuffix(up, "\n"))

	names, err := changedSince(ref, top)
	if err != nil {
		return nil, err
	}
	untracked, err := git(top, "ls-files", "-z", "--others", "--exclude-standard")
	if err != nil {
		return nil, err
	}
	changed := map[string]bool{}
	for name := range strings.SplitSeq(names+untracked, "\x00") {
		changed[path.Join(top, name)] = true
	}
	return func(name string) bool { return changed[name] }, nil
}

// changedSince lists the tracked files that differ, each followed by a zero byte.
func changedSince(ref, top string) (string, error) {
	if _, err := git(top, "rev-parse", "--verify", "--quiet", "--end-of-options", ref+"^{commit}"); err != nil {
		if ref != "HEAD" {
			return "", usage("--changed cannot be %q: git knows no such commit", ref)
		}
		return git(top, "ls-files", "-z") // nothing is committed yet
	}
	base, err := git(top, "merge-base", "--end-of-options", ref, "HEAD")
	if err != nil {
		return "", failure("cannot tell what changed since %q: git finds no common ancestor; in a shallow clone, fetch more history", ref)
	}
	return git(top, "diff", "-z", "--name-only", "--diff-filter=d", "--no-ext-diff", strings.TrimSpace(base), "--")
}

// git runs git in a folder and returns what it prints.
func git(dir string, args ...string) (string, error) {
	var out, errs bytes.Buffer
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &out, &errs
	err := cmd.Run()
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return "", failure("cannot tell what changed: there is no git on this machine")
	case err != nil && errs.Len() > 0:
		return "", failure("cannot tell what changed: git says: %s", strings.TrimPrefix(strings.TrimSpace(errs.String()), "fatal: "))
	case err != nil:
		return "", failure("cannot tell what changed: git: %w", err)
	}
	return out.String(), nil
}
