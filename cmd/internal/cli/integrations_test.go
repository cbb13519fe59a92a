package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"sigs.k8s.io/yaml"
)

// A hook is one of .pre-commit-hooks.yaml.
type hook struct {
	ID, Name, Description, Entry, Language, Files string

	PassFilenames *bool `json:"pass_filenames"`
	RequireSerial bool  `json:"require_serial"`
}

func hooks(text []byte) ([]hook, error) {
	var all []hook
	return all, yaml.UnmarshalStrict(text, &all)
}

// runHook is the script command "hook CODE ID FILES...": it runs the hook as
// pre-commit does, with those of the files that the hook is for, and wants that
// exit code. HOOKS names the file with the hooks.
func runHook(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: hook CODE ID FILES...")
	}
	text, err := os.ReadFile(ts.Getenv("HOOKS"))
	ts.Check(err)
	all, err := hooks(text)
	ts.Check(err)
	i := slices.IndexFunc(all, func(h hook) bool { return h.ID == args[1] })
	if i < 0 {
		ts.Fatalf("there is no hook %q", args[1])
	}
	h := all[i]
	command := append([]string{args[0]}, strings.Fields(h.Entry)...)
	files := slices.DeleteFunc(slices.Clone(args[2:]), func(f string) bool { return !regexp.MustCompile(h.Files).MatchString(f) })
	if len(files) == 0 {
		ts.Fatalf("hook %s is for none of %v", h.ID, args[2:])
	}
	if h.PassFilenames == nil || *h.PassFilenames {
		command = append(command, files...)
	}
	exits(ts, false, command)
}

// TestHooks holds that hooks are complete and come in pairs.
func TestHooks(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(repository, ".pre-commit-hooks.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	all, err := hooks(text)
	if err != nil {
		t.Fatal(err)
	}
	byID := map[string]hook{}
	for _, h := range all {
		if h.ID == "" || h.Name == "" || h.Description == "" || h.Files == "" {
			t.Errorf("hook %q is incomplete", h.ID)
		}
		byID[h.ID] = h
	}
	for _, id := range []string{"weft-lint", "weft-fmt", "weft-golden"} {
		golang, system := byID[id], byID[id+"-system"]
		if golang.Language != "golang" || system.Language != "system" || golang.Entry != system.Entry {
			t.Errorf("%s and %s-system do not run the same", id, id)
		}
	}
}

// An action is what action.yml holds.
type action struct {
	Inputs map[string]struct{ Description, Default string }
	Runs   struct {
		Using string
		Steps []struct {
			Name, Uses, Shell, Run string
			Env                    map[string]string
		}
	}
}

// actionScript is the last step of action.yml as a script with its environment:
// what GitHub runs, expressions filled in with the inputs.
func actionScript(t *testing.T, given map[string]string) (script string, env []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(repository, "action.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var a action
	if err := yaml.Unmarshal(text, &a); err != nil {
		t.Fatal(err)
	}
	step := a.Runs.Steps[len(a.Runs.Steps)-1]
	if a.Runs.Using != "composite" || step.Shell != "bash" || strings.Contains(step.Run, "${{") {
		t.Errorf("the last step is not a bash script free of expressions: %+v", step)
	}
	for name, value := range step.Env {
		input := strings.TrimSuffix(strings.TrimPrefix(value, "${{ inputs."), " }}")
		in, ok := a.Inputs[input]
		if !ok || in.Description == "" {
			t.Errorf("%s is set from %q, which is no input with a description", name, value)
		}
		v := in.Default
		if g, ok := given[input]; ok {
			v = g
		}
		env = append(env, name+"="+v)
	}
	return step.Run, env
}

// TestAction runs what the GitHub action runs.
func TestAction(t *testing.T) {
	script, env := actionScript(t, map[string]string{
		"paths": "a b.yaml\nflows/*.yaml\n", "profile": "strict", "sarif": "out.sarif", "flags": "--fail-on\nwarning\n",
	})
	defaults, defaultEnv := actionScript(t, nil)
	testscript.Run(t, testscript.Params{
		Files: []string{filepath.Join(repository, "testdata/cli/action/action.txtar")},
		Setup: func(e *testscript.Env) error {
			for name, text := range map[string]string{"given.sh": script, "defaults.sh": defaults} {
				if err := os.WriteFile(filepath.Join(e.WorkDir, name), []byte(text), 0o644); err != nil {
					return err
				}
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits,
			"inputs": func(ts *testscript.TestScript, _ bool, args []string) {
				set := map[string][]string{"given": env, "defaults": defaultEnv}[args[0]]
				for _, e := range set {
					name, value, _ := strings.Cut(e, "=")
					ts.Setenv(name, value)
				}
			},
		},
	})
}
