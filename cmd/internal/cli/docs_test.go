package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/weft-lang/weft/cmd/internal/manual"
	"github.com/weft-lang/weft/lang/langtest"
	"github.com/weft-lang/weft/validate/rules"
)

const repository = "../../.."

// holds compares a file of the repository with what it has to be, or rewrites
// it with WEFT_UPDATE=1.
func holds(t *testing.T, name string, want func(old string) string) {
	t.Helper()
	name = filepath.Join(repository, name)
	text, err := os.ReadFile(name)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	wanted := want(string(text))
	if langtest.Updating() && wanted != string(text) {
		if err := os.WriteFile(name, []byte(wanted), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	langtest.Equal(t, name+" (make generate rewrites it)", string(text), wanted)
}

func TestDocsExitCodes(t *testing.T) {
	const head = "|---|---|\n"
	holds(t, "docs/exit-codes.md", func(old string) string {
		before, rest, ok := strings.Cut(old, head)
		if !ok {
			t.Fatal("docs/exit-codes.md holds no table")
		}
		for strings.HasPrefix(rest, "|") {
			_, rest, _ = strings.Cut(rest, "\n")
		}
		var b strings.Builder
		b.WriteString(before + head)
		for _, c := range exitCodes {
			fmt.Fprintf(&b, "| %d | %s |\n", c.code, c.meaning)
		}
		return b.String() + rest
	})
}

func TestDocsCommandLine(t *testing.T) {
	holds(t, "docs/cli.md", func(string) string {
		var b strings.Builder
		b.WriteString("# Command line\n\nWhat `weft COMMAND --help` prints, for every command.\n")
		root := newRoot(Streams{In: strings.NewReader(""), Out: &b, Err: &b})
		root.InitDefaultHelpCmd()
		var document func(*cobra.Command)
		document = func(cmd *cobra.Command) {
			if !cmd.IsAvailableCommand() && cmd.HasParent() {
				return
			}
			fmt.Fprintf(&b, "\n## %s\n\n```text\n", cmd.CommandPath())
			cmd.InitDefaultHelpFlag()
			if err := cmd.Help(); err != nil {
				t.Fatal(err)
			}
			b.WriteString("```\n")
			for _, sub := range cmd.Commands() {
				document(sub)
			}
		}
		document(root)
		return b.String()
	})
}

// TestDocsRules holds that docs/rules has a page for every rule, and no other.
func TestDocsRules(t *testing.T) {
	dir := filepath.Join(repository, "docs/rules")
	pages := map[string]string{"README.md": index(t)}
	for _, r := range rules.All() {
		pages[r.Name+".md"] = manual.Markdown(r)
	}
	if langtest.Updating() {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range pages {
		holds(t, "docs/rules/"+name, func(string) string { return text })
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if _, ok := pages[e.Name()]; ok {
			continue
		}
		if !langtest.Updating() {
			t.Errorf("docs/rules/%s is about no rule (make generate removes it)", e.Name())
		} else if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
}

// shown matches a fenced block that shows a command and what it prints.
var shown = regexp.MustCompile("(?s)```(console|text)\n\\$ weft ([^\n]*)\n(.*?)```\n")

// TestDocsShown runs the commands that the README and the pages about commands
// show, and holds that they print what it says there.
func TestDocsShown(t *testing.T) {
	t.Chdir(repository)
	for _, name := range []string{"README.md", "docs/plan.md"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		blocks := 0
		want := shown.ReplaceAllStringFunc(string(text), func(block string) string {
			blocks++
			parts := shown.FindStringSubmatch(block)
			language, args := parts[1], parts[2]
			var out strings.Builder
			code := Main(strings.Fields(args), Streams{In: strings.NewReader(""), Out: &out, Err: &out})
			if code == Usage || code == Failure {
				t.Errorf("weft %s: exit code %d", args, code)
			}
			return "```" + language + "\n$ weft " + args + "\n" + out.String() + "```\n"
		})
		if blocks == 0 {
			t.Fatalf("%s shows no command", name)
		}
		if langtest.Updating() {
			if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		langtest.Equal(t, name+" (make generate rewrites it)", string(text), want)
	}
}
