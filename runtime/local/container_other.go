//go:build unix && !linux

package local

import (
	"context"
	"errors"
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
func execIn(context.Context, int, []string, []string) error      { return errLinux }
