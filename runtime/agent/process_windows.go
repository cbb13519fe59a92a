package agent

import (
	"errors"
	"os"
)

// On Windows weft lints and compiles; Pods run elsewhere.
var errWindows = errors.New("Pods do not run on Windows")

type process struct{}

func listen() (signals <-chan os.Signal, stop func())             { return nil, func() {} }
func endingCode(os.Signal) (code int, ends bool)                  { return 0, false }
func hold(<-chan os.Signal)                                       {}
func start(_, _ []string, _, _, _ *os.File) (*process, error)     { return nil, errWindows }
func (*process) wait(<-chan os.Signal) (code int, signalled bool) { return codeFailed, false }
func endOthers()                                                  {}
func openAtOnce(path string) (*os.File, error)                    { return os.Open(path) }
func lockFile(*os.File) error                                     { return errWindows }
func isUnlocked(string) bool                                      { return false }
