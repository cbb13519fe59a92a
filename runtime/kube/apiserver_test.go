//go:build apiserver

package kube

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/weft-lang/weft/runtime/kube/testenv"
)

// access leads to the API server that all tests of this package share.
var access Access

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
	access = Access{Kubeconfig: cluster.Kubeconfig}
	return m.Run()
}
