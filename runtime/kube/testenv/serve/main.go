//go:build linux || darwin

// Command serve runs a real control plane until it is interrupted, for people to
// try things on. With -build it only makes sure that one can be started.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/weft-lang/weft/runtime/kube/testenv"
)

func main() {
	build := flag.Bool("build", false, "build the servers, and do not start them")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := serve(ctx, *build); err != nil {
		fmt.Fprintln(os.Stderr, "serve:", err)
		os.Exit(1)
	}
}

func serve(ctx context.Context, build bool) error {
	programs, err := testenv.FindPrograms(os.Stderr)
	if err != nil {
		return err
	}
	if build {
		return programs.Build(ctx, false)
	}
	cluster, err := testenv.Start(ctx, programs, testenv.Options{ControllerManager: true})
	if err != nil {
		return err
	}
	defer cluster.Stop()
	fmt.Printf("export KUBECONFIG=%s\n", cluster.Kubeconfig)
	<-ctx.Done()
	return nil
}
