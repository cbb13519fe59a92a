package local

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Pods are the names of the Pods that were started for the run in a folder.
func Pods(dir string) ([]string, error) { return namesIn(filepath.Join(dir, podsDir)) }

// Containers are the names of the containers of a Pod that have a log.
func Containers(dir, pod string) ([]string, error) {
	names, err := namesIn(filepath.Join(dir, podsDir, pod, logsDir))
	for i := range names {
		names[i] = strings.TrimSuffix(names[i], ".log")
	}
	return names, err
}

// namesIn are the names in a folder, which need not exist.
func namesIn(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	return slices.Clip(names), nil
}
