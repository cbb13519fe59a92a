package testenv

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
)

var errLinuxOnly = errors.New("a node runs on Linux only")

// Isolated says that there are no such namespaces here.
func Isolated(func() int) int {
	fmt.Fprintln(os.Stderr, "testenv:", errLinuxOnly)
	return 1
}

// IsolatedBehind says so, too.
func IsolatedBehind(string, func(net.Listener) int) int { return Isolated(nil) }

// Outside is nobody.
func Outside() string { return "" }

func isInside() bool { return false }

func (c *Cluster) prepareNode(context.Context) error { return errLinuxOnly }

func (c *Cluster) startNode(context.Context) error { return errLinuxOnly }

func stopNode() {}
