package testenv

import "syscall"

// ownGroup keeps Ctrl-C away from a server, and lets it die with its parent.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
