package agent

import "syscall"

// dieWithParent ends a command when the agent is killed.
func dieWithParent() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
