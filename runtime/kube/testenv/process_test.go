//go:build linux || darwin

package testenv

import (
	"path/filepath"
	"testing"
)

// A server that could not be started again is stopped like any other.
func TestServerWithoutProgram(t *testing.T) {
	dir := t.TempDir()
	s := &server{name: "none", program: filepath.Join(dir, "none"), log: filepath.Join(dir, "log")}
	if err := s.start(); err == nil {
		t.Error("it was started")
	}
	s.kill()
}

// Nothing of this machine is taken for a node of the tests.
func TestNodeNeedsIsolation(t *testing.T) {
	if isInside() {
		t.Skip("it is isolated")
	}
	c, err := Start(t.Context(), &Programs{}, Options{Dir: t.TempDir(), Node: true})
	if err == nil || c != nil {
		t.Errorf("%v, %v", c, err)
	}
}
