package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"

	"github.com/weft-lang/weft/runtime/kube/testenv"
	"github.com/weft-lang/weft/runtime/kube/testenv/images"
)

// guide tells what there is and how to get at it.
const guide = `export KUBECONFIG=%[1]s

A node that runs Pods, until Ctrl-C. It has the images busybox:1 and alpine:3 (both busybox)%[2]s.
No Pod reaches anything outside, and no image is pulled: set imagePullPolicy: IfNotPresent.

Give it an image, as "docker save" or "podman save" write it:
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
	more, err := s.addImages(ctx, cluster)
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
	fmt.Printf(guide, kubeconfig, more, testenv.Outside())
	<-ctx.Done()
	return nil
}

// addImages returns what to say of those that were asked for.
func (s *server) addImages(ctx context.Context, cluster *testenv.Cluster) (string, error) {
	busybox, err := images.Busybox()
	if err != nil {
		return "", err
	}
	if err := cluster.AddImage(ctx, busybox, "busybox:1", "alpine:3"); err != nil {
		return "", err
	}
	more := ""
	for _, name := range s.archives {
		file, err := os.Open(name)
		if err != nil {
			return "", err
		}
		err = cluster.AddArchive(ctx, file)
		file.Close()
		if err != nil {
			return "", fmt.Errorf("%s: %w", name, err)
		}
		more += ", those of " + name
	}
	return more, nil
}
