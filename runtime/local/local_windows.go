package local

import (
	"errors"
	"time"

	"github.com/weft-lang/weft/runtime/run"
)

// Backend runs Pods on systems that have what containers are made of.
type Backend struct{ run.Backend }

// New says that Pods do not run on Windows.
func New(Options) (*Backend, error) {
	return nil, errors.New("Pods do not run on Windows; use a cluster, or WSL")
}

// Mode is of no meaning here.
func (*Backend) Mode() Mode { return Plain }

// Reexec has nothing to do.
func Reexec([]string) (code int, ok bool) { return 0, false }

// Settle has nothing to wait for.
func (*Backend) Settle(time.Duration) {}
