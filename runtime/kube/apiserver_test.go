//go:build apiserver

package kube

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/weft-lang/weft/runtime/kube/testenv"
)

// servers are those of the API server that all tests of this package share, and
// access leads to it.
var (
	servers *testenv.Cluster
	access  Access
)

func TestMain(m *testing.M) { os.Exit(withAPIServer(m)) }

func withAPIServer(m *testing.M) int {
	programs, err := testenv.FindPrograms(os.Stderr)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	cluster, err := testenv.Start(context.Background(), programs, testenv.Options{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer cluster.Stop()
	servers, access = cluster, Access{Kubeconfig: cluster.Kubeconfig}
	return m.Run()
}
