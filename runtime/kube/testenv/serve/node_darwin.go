package main

import (
	"context"
	"errors"
	"net"
)

func (s *server) serveNode(context.Context, net.Listener) error {
	return errors.New("a node runs on Linux only")
}
