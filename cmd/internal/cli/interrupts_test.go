//go:build unix

package cli

import (
	"os"
	"slices"
	"syscall"
	"testing"
	"time"
)

// TestInterrupts holds that a signal which is sent to a process and to its group
// is heard once, and that Ctrl-C counts each time.
func TestInterrupts(t *testing.T) {
	told, stop := interrupts(os.Interrupt, syscall.SIGTERM)
	send := func(s syscall.Signal) {
		if err := syscall.Kill(os.Getpid(), s); err != nil {
			t.Fatal(err)
		}
	}
	var heard []os.Signal
	hear := func(within time.Duration) {
		select {
		case s := <-told:
			heard = append(heard, s)
		case <-time.After(within):
		}
	}
	for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGTERM, syscall.SIGINT, syscall.SIGINT} {
		send(s)
		hear(200 * time.Millisecond)
	}
	if want := []os.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGINT}; !slices.Equal(heard, want) {
		t.Errorf("heard %v, want %v", heard, want)
	}
	stop()
	send(syscall.SIGTERM) // would end the test
	time.Sleep(100 * time.Millisecond)
}
