package cli

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/weft-lang/weft/lang/langtest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"weft": func() { os.Exit(Main(os.Args[1:], Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr})) },
	})
}

// TestScripts runs the stories in testdata/cli against weft as a process: this
// one, or the binary that WEFT_BINARY names.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join(repository, "testdata/cli"),
		UpdateScripts: langtest.Updating(),
		Setup: func(env *testscript.Env) error {
			hooks, err := filepath.Abs(filepath.Join(repository, ".pre-commit-hooks.yaml"))
			if err != nil {
				return err
			}
			env.Setenv("HOOKS", hooks)
			if binary := os.Getenv("WEFT_BINARY"); binary != "" {
				path := filepath.Dir(binary) + string(filepath.ListSeparator) + env.Getenv("PATH")
				env.Setenv("PATH", path)
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "hook": runHook, "registry": startRegistry},
		Condition: func(name string) (bool, error) {
			if name == "root" {
				return os.Geteuid() == 0, nil
			}
			return false, errors.New("unknown condition " + name)
		},
	})
}

// exits is the script command "exits CODE COMMAND ARGS...".
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND ARGS...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// TestInternalError holds that a bug is reported as one, wherever it strikes:
// files are parsed here when there is one, and by workers when there are more.
func TestInternalError(t *testing.T) {
	for _, args := range [][]string{{"lint", "-"}, {"lint", "-", filepath.Join(repository, "docs/broken.yaml")}} {
		var out, errs strings.Builder
		if code := Main(args, Streams{In: broken{}, Out: &out, Err: &errs}); code != Failure {
			t.Errorf("%v: exit code %d, want %d", args, code, Failure)
		}
		for _, part := range []string{"weft: internal error: on purpose", "https://github.com/weft-lang/weft/issues", buildInfo(), "broken.Read"} {
			if !strings.Contains(errs.String(), part) {
				t.Errorf("%v: the report lacks %q:\n%s", args, part, errs.String())
			}
		}
	}
}

// broken is a reader with a bug.
type broken struct{}

func (broken) Read([]byte) (int, error) { panic("on purpose") }

func TestWriteFails(t *testing.T) {
	for _, args := range [][]string{{"version"}, {"schema"}, {"lint", "--format", "json", filepath.Join(repository, "cmd/internal/bench/shapes")}} {
		var errs strings.Builder
		if code := Main(args, Streams{Out: full{}, Err: &errs}); code != Failure || !strings.Contains(errs.String(), "disk is full") {
			t.Errorf("%v: exit code %d, %s", args, code, errs.String())
		}
	}
}

// full is a writer without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("disk is full") }

func TestUseColor(t *testing.T) {
	for _, tt := range []struct {
		flag string
		env  []string
		want bool
	}{
		{colorAuto, nil, false},
		{colorAlways, nil, true},
		{colorAlways, []string{"NO_COLOR=1"}, true},
		{colorNever, []string{"FORCE_COLOR=1"}, false},
		{colorAuto, []string{"FORCE_COLOR=1"}, true},
		{colorAuto, []string{"FORCE_COLOR=0"}, false},
		{colorAuto, []string{"CLICOLOR_FORCE=1"}, true},
		{colorAuto, []string{"FORCE_COLOR=1", "NO_COLOR=1"}, false},
	} {
		getenv := func(name string) string {
			i := slices.IndexFunc(tt.env, func(e string) bool { return strings.HasPrefix(e, name+"=") })
			if i < 0 {
				return ""
			}
			return strings.TrimPrefix(tt.env[i], name+"=")
		}
		if got := useColor(tt.flag, &strings.Builder{}, getenv); got != tt.want {
			t.Errorf("useColor(%q) with %v = %v, want %v", tt.flag, tt.env, got, tt.want)
		}
	}
}
