package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/weft-lang/weft/runtime/kube/testenv"
	"github.com/weft-lang/weft/runtime/kube/testenv/images"
)

// guide tells what there is and how to get at it.
const guide = `export KUBECONFIG=%[1]s

It runs Pods, until Ctrl-C. They reach nothing outside, and no image is pulled: a container whose
image has no tag or the tag latest wants imagePullPolicy: IfNotPresent. There are these images:
  %[2]s

Give it another one, as "docker save" or "podman save" write it:
  nsenter -t %[3]s -a ctr -n k8s.io images import FILE.tar
Look around in there:
  nsenter -t %[3]s -a
`

// serveNode runs a cluster with a node. Those outside get in by the door.
func (s *server) serveNode(ctx context.Context, door net.Listener) error {
	cluster, err := s.start(ctx)
	if err != nil {
		return err
	}
	defer cluster.Stop()
	if err := s.addImages(ctx, cluster); err != nil {
		return err
	}
	names, err := cluster.Images(ctx)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "weft-cluster-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	kubeconfig := filepath.Join(dir, "kubeconfig")
	if err := os.WriteFile(kubeconfig, cluster.Open(door), 0o600); err != nil {
		return err
	}
	fmt.Printf(guide, kubeconfig, strings.Join(names, "\n  "), testenv.Outside())
	<-ctx.Done()
	return nil
}

// addImages gives the node what most examples need, and what was asked for.
func (s *server) addImages(ctx context.Context, cluster *testenv.Cluster) error {
	busybox, err := images.Busybox()
	if err != nil {
		return err
	}
	if err := cluster.AddImage(ctx, busybox, "busybox:1", "busybox:1.36", "alpine:3"); err != nil {
		return err
	}
	for _, name := range s.archives {
		file, err := os.Open(name)
		if err != nil {
			return err
		}
		err = cluster.AddArchive(ctx, file)
		file.Close()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}
