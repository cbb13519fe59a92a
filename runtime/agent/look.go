package agent

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// LookPath finds a program as a shell does.
func LookPath(name, path string) (string, error) {
	if strings.ContainsRune(name, filepath.Separator) {
		return name, isProgram(name)
	}
	first := error(exec.ErrNotFound)
	for _, dir := range filepath.SplitList(path) {
		if dir == "" {
			dir = "."
		}
		program := filepath.Join(dir, name)
		switch err := isProgram(program); {
		case err == nil:
			return program, nil
		case os.IsPermission(err):
			first = err
		}
	}
	return "", first
}

func isProgram(path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return fs.ErrNotExist
	case info.IsDir() || info.Mode()&0o111 == 0:
		return fs.ErrPermission
	}
	return nil
}
