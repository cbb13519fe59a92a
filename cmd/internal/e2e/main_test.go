//go:build e2e && linux

// Package e2e runs workflows as a user does, with the shipped binary, on a real
// node and on this machine, and holds that both end the same.
package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"k8s.io/client-go/dynamic"

	"github.com/weft-lang/weft/cmd/internal/outcome"
	"github.com/weft-lang/weft/runtime/kube"
	"github.com/weft-lang/weft/runtime/kube/testenv"
)

// repository is the root of the checkout.
const repository = "../../.."

// A world is what all tests share.
type world struct {
	cluster *testenv.Cluster
	client  dynamic.Interface
	s3      *testenv.S3 // in reach of Pods and of this machine
	weft    string      // the binary
}

var shared *world

func TestMain(m *testing.M) {
	os.Exit(testenv.Isolated(func() int {
		dir, err := os.MkdirTemp("", "weft-e2e-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		shared = &world{}
		defer shared.stop()
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
		defer cancel()
		if err := shared.start(ctx, dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return m.Run()
	}))
}

func (w *world) start(ctx context.Context, dir string) error {
	began := time.Now()
	programs, err := testenv.FindPrograms(os.Stderr)
	if err != nil {
		return err
	}
	if w.cluster, err = testenv.Start(ctx, programs, testenv.Options{Node: true}); err != nil {
		return err
	}
	if w.client, err = (kube.Access{Kubeconfig: w.cluster.Kubeconfig}).Client(); err != nil {
		return err
	}
	ready := time.Since(began)
	store := filepath.Join(dir, "s3")
	if err := os.MkdirAll(filepath.Join(store, "buckets", bucket), 0o755); err != nil {
		return err
	}
	if w.s3, err = testenv.StartS3(ctx, testenv.S3Options{Address: testenv.NodeAddress + ":9000", Dir: store, Log: os.Stderr}); err != nil {
		return err
	}
	if err := w.build(ctx, dir); err != nil {
		return err
	}
	if err := w.addImages(ctx, dir); err != nil {
		return err
	}
	fmt.Printf("the node is ready after %.1f s, its images after %.1f s\n", ready.Seconds(), time.Since(began).Seconds())
	return nil
}

func (w *world) stop() {
	if w.s3 != nil {
		w.s3.Stop()
	}
	if w.cluster != nil {
		w.cluster.Stop()
	}
}

// build finds the binary: the shipped one, or one that is built now.
func (w *world) build(ctx context.Context, dir string) error {
	if w.weft = os.Getenv("WEFT_BINARY"); w.weft != "" {
		return nil
	}
	w.weft = filepath.Join(dir, "weft")
	return command(ctx, "go", "build", "-buildvcs=false", "-o", w.weft, "../../weft")
}

// command runs a program and tells what it said when it failed.
func command(ctx context.Context, name string, args ...string) error {
	out, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, out)
	}
	return nil
}

// An ending is what a run of the binary left.
type ending struct {
	*outcome.Run
	code int
	said string // on standard error
}

// patience is how long one run may take. Ctrl-C comes after it.
const patience = 100 * time.Second

// do calls the binary in a folder, and returns what it prints.
func (w *world) do(dir string, args ...string) (out string, e *ending, err error) {
	cmd := exec.Command(w.weft, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "NO_COLOR=1", "KUBECONFIG="+w.cluster.Kubeconfig,
		"PATH=/usr/local/sbin:"+os.Getenv("PATH"), "WEFT_RUNS="+filepath.Join(dir, "runs"))
	var printed, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &printed, &said
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	timer := time.AfterFunc(patience, func() { _ = cmd.Process.Signal(os.Interrupt) })
	kill := time.AfterFunc(patience+10*time.Second, func() { _ = cmd.Process.Kill() })
	err = cmd.Wait()
	kill.Stop()
	late := !timer.Stop()
	var exited *exec.ExitError
	if err != nil && !errors.As(err, &exited) {
		return "", nil, err
	}
	e = &ending{code: cmd.ProcessState.ExitCode(), said: said.String()}
	if late {
		return "", nil, fmt.Errorf("did not end in %s: %s", patience, last(e.said))
	}
	return printed.String(), e, nil
}

// run runs a workflow and reads how that ended.
func (w *world) run(dir string, args ...string) (*ending, error) {
	out, e, err := w.do(dir, append([]string{"run", "-o", "json"}, args...)...)
	if err != nil {
		return nil, err
	}
	e.Run, err = outcome.Parse([]byte(out), func(location json.RawMessage) string { return w.contents(dir, location) })
	if err != nil {
		return nil, fmt.Errorf("exit code %d, %w: %s", e.code, err, last(e.said))
	}
	return e, nil
}

// last is the end of a text.
func last(text string) string { return text[max(0, len(text)-1500):] }
