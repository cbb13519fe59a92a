package testenv

import "syscall"

// ownGroup leaves a server in the group of its parent, so that Ctrl-C ends both:
// only Linux lets it die with its parent whatever happens.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{} }
