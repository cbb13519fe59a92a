//go:build apiserver

package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/weft-lang/weft/lang/langtest"
	"github.com/weft-lang/weft/runtime/kube/testenv"
)

// TestAPIServerScripts runs the stories in testdata/apiserver, each with an API
// server of its own.
func TestAPIServerScripts(t *testing.T) {
	programs, err := testenv.FindPrograms(os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join(repository, "testdata/apiserver"),
		UpdateScripts: langtest.Updating(),
		Setup: func(env *testscript.Env) error {
			cluster, err := testenv.Start(t.Context(), programs, testenv.Options{})
			if err != nil {
				return err
			}
			env.Defer(cluster.Stop)
			env.Setenv("KUBECONFIG", cluster.Kubeconfig)
			rights, err := filepath.Abs(filepath.Join(repository, "docs/running-rbac.yaml"))
			env.Setenv("RIGHTS", rights)
			player, stop := playJobs(t, cluster.Kubeconfig, env.WorkDir)
			env.Defer(stop)
			env.Values[playerKey{}] = player
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "hides": hides, "until": until, "crash": crash, "registry": startRegistry, "runsImage": runsImage},
	})
}

// address is where an API server of a test listens.
var address = regexp.MustCompile(`https://127\.0\.0\.1:\d+`)

// hides is the script command "hides FILE", which writes what the last command
// printed to FILE, with HOST for the address of the API server.
func hides(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: hides FILE")
	}
	text := address.ReplaceAllString(ts.ReadFile("stdout"), "HOST")
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o644))
	fmt.Fprint(ts.Stdout(), text)
}

// until is the script command "until PATTERN weft ARG...", which runs the command
// again and again until what it prints fits.
func until(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: until PATTERN COMMAND [ARG...]")
	}
	want := regexp.MustCompile(args[0])
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		_ = ts.Exec(args[1], args[2:]...) // of which only the words count
		if want.MatchString(ts.ReadFile("stdout")) {
			return
		}
	}
	ts.Fatalf("%v never prints %s", args[1:], args[0])
}

// crash is the script command "crash", which kills the processes of all Jobs.
func crash(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: crash")
	}
	ts.Value(playerKey{}).(*jobPlayer).crash()
}

// playerKey is where a story has its jobPlayer.
type playerKey struct{}
