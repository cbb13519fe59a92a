//go:build apiserver

package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"

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
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "hides": hides},
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
