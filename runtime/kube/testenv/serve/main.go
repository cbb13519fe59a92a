//go:build linux || darwin

// Command serve runs a real cluster until it is interrupted, for people to try
// things on: an API server alone, or with -node one that runs Pods. With -build it
// only makes sure that one can be started.
package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/weft-lang/weft/runtime/kube/testenv"
)

func main() {
	build := flag.Bool("build", false, "build the servers, and do not start them")
	node := flag.Bool("node", false, "run Pods, too; takes root")
	archives := flag.String("images", "", "give the node the images of these `FILES`, separated by commas")
	flag.Parse()
	s := server{node: *node}
	if *archives != "" {
		s.archives = strings.Split(*archives, ",")
	}
	switch {
	case *build:
		os.Exit(s.run(s.build))
	case *node:
		os.Exit(testenv.IsolatedBehind("127.0.0.1:0", func(door net.Listener) int {
			return s.run(func(ctx context.Context) error { return s.serveNode(ctx, door) })
		}))
	default:
		os.Exit(s.run(s.serve))
	}
}

type server struct {
	node     bool
	archives []string
}

// run calls a function that ends when the program is interrupted, and returns the
// exit code.
func (s *server) run(f func(context.Context) error) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := f(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "serve:", err)
		return 1
	}
	return 0
}

func (s *server) build(ctx context.Context) error {
	programs, err := testenv.FindPrograms(os.Stderr)
	if err != nil {
		return err
	}
	return programs.Build(ctx, s.node)
}

func (s *server) start(ctx context.Context) (*testenv.Cluster, error) {
	programs, err := testenv.FindPrograms(os.Stderr)
	if err != nil {
		return nil, err
	}
	return testenv.Start(ctx, programs, testenv.Options{ControllerManager: true, Node: s.node})
}

func (s *server) serve(ctx context.Context) error {
	cluster, err := s.start(ctx)
	if err != nil {
		return err
	}
	defer cluster.Stop()
	fmt.Printf("export KUBECONFIG=%s\n", cluster.Kubeconfig)
	<-ctx.Done()
	return nil
}
