//go:build unix && !linux

package local

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// Without namespaces, a container is a group of processes.

var errLinux = errors.New("namespaces are Linux's")

func containerAttributes(Mode) *syscall.SysProcAttr              { return &syscall.SysProcAttr{Setpgid: true} }
func asRoot(a *syscall.SysProcAttr, _ Mode) *syscall.SysProcAttr { return a }
func enterRoot(*task) error                                      { return errLinux }
func tryNamespaces([]string) error                               { return errLinux }
func adoptOrphans()                                              {}
func killOrphans()                                               {}

func execIn(ctx context.Context, _ int, command []string) (int, error) {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return 0, cmd.Run()
}
