//go:build !unix

package store

import (
	"context"
	"errors"
)

var errNoLocks = errors.New("workflows cannot run on this operating system: it has no file locks that weft knows")

func lockFileNow(string) (func(), error) { return nil, errNoLocks }

func lockFileSoon(context.Context, string) (func(), error) { return nil, errNoLocks }
