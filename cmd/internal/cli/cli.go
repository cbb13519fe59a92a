// Package cli is the weft command line: one file a sub-command, and here what
// all of them share. It wires packages together and prints; everything that
// can be right or wrong lives below it.
package cli

import (
	"errors"
	"fmt"
	"io"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/weft-lang/weft/runtime/kube"
	"github.com/weft-lang/weft/runtime/local"
)

// Streams are the standard streams of the process.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// Main runs weft with args and returns the exit code.
func Main(args []string, s Streams) (code int) {
	defer func() {
		if p := recover(); p != nil {
			internalError(s.Err, p, debug.Stack())
			code = Failure
		}
	}()
	if code, ok := local.Reexec(args); ok { // a Pod of weft run, and no person
		return code
	}
	root := newRoot(s)
	root.SetArgs(args)
	cmd, err := root.ExecuteC()
	if err == nil {
		return Good
	}
	var stop *exit
	if !errors.As(err, &stop) { // cobra's own: an unknown flag, a wrong number of arguments
		stop = usage("%v", err)
	}
	if stop.err != nil {
		fmt.Fprintf(s.Err, "weft: %v\n", stop.err)
		if hint := kube.Hint(stop.err); hint != "" {
			fmt.Fprintln(s.Err, hint)
		}
	}
	if stop.code == Usage {
		fmt.Fprintf(s.Err, "Run '%s --help' for usage.\n", cmd.CommandPath())
	}
	return stop.code
}

func newRoot(s Streams) *cobra.Command {
	root := &cobra.Command{
		Use:     "weft",
		Version: version(),
		Short:   "Check, compile and run Kubernetes workflows",
		Long: `weft checks, compiles and runs Kubernetes workflows. It reads the Workflow YAML
of Argo Workflows and .weft, a compact language for the same thing.

Every command ends with one of these exit codes; its help says what they mean to it.

  0  all is well
  1  the answer is no: there are findings, differences, errors in a workflow
  2  the command line is wrong
  3  weft could not do its work: a file cannot be read or written, or there is a bug
  4  there is no workflow in what was named`,
		Args:          unknownCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetIn(s.In)
	root.SetOut(s.Out)
	root.SetErr(s.Err)
	root.SuggestionsMinimumDistance = 2
	root.SetVersionTemplate(buildInfo() + "\n")
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(newLint(s), newRules(s), newExplain(s), newCompile(s), newConvert(s), newFmt(s), newPlan(s), newGraph(s), newDiff(s), newGolden(s), newTest(s), newRun(s), newRuns(s), newGet(s), newLogs(s), newReport(s), newDoctor(s), newRetry(s), newDelete(s), newApply(s), newInit(s), newStubs(s), newSchema(s), newVersion(s))
	for _, c := range signalCommands {
		root.AddCommand(newSignal(s, c))
	}
	return root
}

// otherWords are what other programs call commands of ours.
var otherWords = map[string]string{
	"submit": "run", "list": "runs", "ls": "runs", "describe": "get", "validate": "lint", "check": "lint",
	"watch": "run --cluster --attach", "wait": "run --cluster --attach", "node": "resume",
	"template": "apply", "cluster-template": "apply", "cron": "apply",
}

// unknownCommand refuses arguments of the bare command, naming the commands
// that may have been meant.
func unknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if ours, ok := otherWords[args[0]]; ok {
		return usage("unknown command %q, did you mean %q?", args[0], ours)
	}
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		return usage("unknown command %q, did you mean %q?", args[0], near[0])
	}
	return usage("unknown command %q", args[0])
}

// internalError reports a bug of ours.
func internalError(w io.Writer, cause any, stack []byte) {
	fmt.Fprintf(w, `weft: internal error: %v

This is a bug in weft, not in your files. Please report it at
https://github.com/weft-lang/weft/issues with this text and, if you can, the
file that caused it.

%s

%s`, cause, buildInfo(), stack)
}
