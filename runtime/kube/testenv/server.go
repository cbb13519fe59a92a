//go:build linux || darwin

package testenv

import (
	"context"
	"fmt"
)

// A server is a program of the cluster, with all that it takes to start it again.
type server struct {
	name, program string
	args          []string
	log           string
	answers       func(context.Context) bool
	process       *process // nil when it does not run
}

func (s *server) start() (err error) {
	s.process, err = startProcess(s.program, s.args, s.log)
	return err
}

func (s *server) kill() {
	if s.process != nil {
		s.process.kill()
		s.process = nil
	}
}

// run starts one of the programs that are built, and waits until answers says
// that it is there.
func (c *Cluster) run(ctx context.Context, name string, answers func(context.Context) bool, args ...string) error {
	program, err := c.programs.path(ctx, name)
	if err != nil {
		return err
	}
	return c.runProgram(ctx, name, program, answers, args...)
}

func (c *Cluster) runProgram(ctx context.Context, name, program string, answers func(context.Context) bool, args ...string) error {
	s := &server{name: name, program: program, args: args, log: c.file(name + ".log"), answers: answers}
	if err := s.start(); err != nil {
		return err
	}
	c.servers = append(c.servers, s)
	return s.process.await(ctx, s.name, s.answers)
}

// Kill ends one of the servers, such as APIServer, at once, as the death of its
// machine does.
func (c *Cluster) Kill(name string) error {
	s, err := c.server(name)
	if err != nil {
		return err
	}
	s.kill()
	return nil
}

// Restart ends one of the servers, if it still runs, and starts it again with
// what it stored. It returns when the server answers.
func (c *Cluster) Restart(ctx context.Context, name string) error {
	s, err := c.server(name)
	if err != nil {
		return err
	}
	s.kill()
	if err := s.start(); err != nil {
		return err
	}
	return s.process.await(ctx, s.name, s.answers)
}

func (c *Cluster) server(name string) (*server, error) {
	for _, s := range c.servers {
		if s.name == name {
			return s, nil
		}
	}
	return nil, fmt.Errorf("this cluster has no %s", name)
}
