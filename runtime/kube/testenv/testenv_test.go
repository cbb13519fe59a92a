//go:build apiserver && linux

package testenv

import (
	"bufio"
	"context"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// TestAPIServerDies holds that nothing outlives the program that started it,
// even when that is killed.
func TestAPIServerDies(t *testing.T) {
	if os.Getenv("TESTENV_START") != "" {
		startForever(t)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestAPIServerDies$", "-test.v")
	cmd.Env = append(os.Environ(), "TESTENV_START="+t.TempDir())
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var address string
	for lines := bufio.NewScanner(out); address == "" && lines.Scan(); {
		address, _ = strings.CutPrefix(lines.Text(), "address ")
		if address == lines.Text() {
			address = ""
		}
	}
	if !listens(address) {
		t.Error("no API server was started")
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	for deadline := time.Now().Add(10 * time.Second); listens(address); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the API server outlives the program that started it")
		}
	}
}

func startForever(t *testing.T) {
	programs, err := FindPrograms(os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	c, err := Start(context.Background(), programs, Options{Dir: os.Getenv("TESTENV_START"), ControllerManager: true})
	if err != nil {
		t.Fatal(err)
	}
	os.Stdout.WriteString("address " + c.address + "\n")
	select {}
}

func listens(address string) bool {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}
