package cli

import (
	"errors"
	"fmt"
)

// The exit codes of every command.
const (
	Good     = 0
	Negative = 1
	Usage    = 2
	Failure  = 3
	Empty    = 4
)

// exitCodes says what the codes mean; docs/exit-codes.md holds the same table.
var exitCodes = []struct {
	code    int
	meaning string
}{
	{Good, "The command did what it was asked for, and what it looked at is good."},
	{Negative, "The command worked, and the answer is no: there are findings at or above `--fail-on`, files differ, a test or a run failed, a run waits for somebody."},
	{Usage, "The command line is wrong: an unknown command or flag, a missing or impossible value."},
	{Failure, "The command could not do its work: a file that cannot be read or written, a cluster that does not answer, a run that was left before its end, or a bug in weft."},
	{Empty, "The command line names paths, or standard input, that hold no workflow document (`--allow-empty` makes that 0)."},
}

// exit ends a command with a code other than Good. err is nil when all has
// been said.
type exit struct {
	code int
	err  error
}

func (e *exit) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func usage(format string, args ...any) *exit {
	return &exit{Usage, fmt.Errorf(format, args...)}
}

func failure(format string, args ...any) *exit {
	return &exit{Failure, fmt.Errorf(format, args...)}
}

// ending is err as a command ends with it: what names no exit code is a failure.
func ending(err error) error {
	var end *exit
	if err == nil || errors.As(err, &end) {
		return err
	}
	return failure("%w", err)
}
