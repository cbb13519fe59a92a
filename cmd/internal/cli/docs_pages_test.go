package cli

import (
	"bytes"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"mvdan.cc/sh/v3/syntax"
)

// pages are the pages that people read from the first to the last line, by their
// path in the repository. Those of rules and commands are generated.
func pages(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/editor/*.md", "examples/*.md"} {
		files, err := filepath.Glob(filepath.Join(repository, pattern))
		if err != nil || len(files) == 0 {
			t.Fatalf("no pages are %s: %v", pattern, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			name, err := filepath.Rel(repository, file)
			if err != nil {
				t.Fatal(err)
			}
			all[filepath.ToSlash(name)] = string(text)
		}
	}
	return all
}

var (
	link    = regexp.MustCompile(`\]\(([^()\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.*)$`)
	noPart  = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
	fenced  = regexp.MustCompile("(?ms)^( *)```(\\w*)\n(.*?)^ *```$")
)

// anchors are the names of the headings of a page, as GitHub makes them.
func anchors(page string) []string {
	var all []string
	for _, m := range heading.FindAllStringSubmatch(fenced.ReplaceAllString(page, ""), -1) {
		all = append(all, strings.ReplaceAll(noPart.ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-"))
	}
	return all
}

// TestDocsLinks holds that every link between pages leads somewhere, and that
// README.md leads to every page.
func TestDocsLinks(t *testing.T) {
	all := pages(t)
	leadsTo := map[string][]string{}
	for name, text := range all {
		for _, m := range link.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
			u, err := url.Parse(m[1])
			if err != nil || u.Scheme != "" {
				continue // the rest of the world is not ours to hold
			}
			target := name
			if u.Path != "" {
				target = filepath.ToSlash(filepath.Join(filepath.Dir(name), u.Path))
			}
			if _, err := os.Stat(filepath.Join(repository, target)); err != nil {
				t.Errorf("%s: %s leads nowhere", name, m[1])
			}
			if u.Fragment != "" && !slices.Contains(anchors(all[target]), u.Fragment) {
				t.Errorf("%s: %s names no heading of %s", name, m[1], target)
			}
			leadsTo[name] = append(leadsTo[name], target)
		}
	}
	seen := map[string]bool{}
	var follow func(name string)
	follow = func(name string) {
		if !seen[name] {
			seen[name] = true
			for _, next := range leadsTo[name] {
				follow(next)
			}
		}
	}
	follow("README.md")
	for name := range all {
		if !seen[name] {
			t.Errorf("no way leads from README.md to %s", name)
		}
	}
}

// inline matches a command in the middle of a sentence or table.
var inline = regexp.MustCompile("`(weft [^`\n]+)`")

// TestDocsCommands holds that the commands that pages tell people to type are
// commands, with flags that there are.
func TestDocsCommands(t *testing.T) {
	tried := 0
	for name, text := range pages(t) {
		if name == "docs/cli.md" { // what the commands say of themselves
			continue
		}
		var scripts []string
		for _, m := range fenced.FindAllStringSubmatch(text, -1) {
			if m[2] == "sh" {
				scripts = append(scripts, m[3])
			}
		}
		for _, m := range inline.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
			if flag := m[1][strings.LastIndex(m[1], " ")+1:]; strings.HasPrefix(flag, "--") && !strings.Contains(flag, "=") {
				m[1] += "=true" // a sentence about a flag leaves its value out
			}
			scripts = append(scripts, m[1])
		}
		for _, script := range scripts {
			commands, err := weftCommands(script)
			if err != nil {
				t.Errorf("%s: %v in\n%s", name, err, script)
			}
			for _, args := range commands {
				tried++
				if err := understood(args); err != nil {
					t.Errorf("%s: weft %s: %v", name, strings.Join(args, " "), err)
				}
			}
		}
	}
	if tried < 100 {
		t.Errorf("%d commands were found", tried)
	}
}

// weftCommands are the calls of weft in a script, without their first word.
func weftCommands(script string) ([][]string, error) {
	file, err := syntax.NewParser().Parse(strings.NewReader(script), "")
	if err != nil {
		return nil, err
	}
	var all [][]string
	syntax.Walk(file, func(n syntax.Node) bool {
		call, ok := n.(*syntax.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		var words []string
		for _, w := range call.Args {
			words = append(words, plainText(w))
		}
		switch {
		case words[0] == "weft":
			all = append(all, words[1:])
		case len(words) > 2 && words[0] == "go" && words[2] == "./cmd/weft":
			all = append(all, words[3:])
		}
		return true
	})
	return all, nil
}

// plainText is a word without its quotes.
func plainText(w *syntax.Word) string {
	var b strings.Builder
	syntax.Walk(w, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Lit:
			b.WriteString(n.Value)
		case *syntax.SglQuoted:
			b.WriteString(n.Value)
		}
		return true
	})
	return b.String()
}

// understood reports what is wrong with a command line, as far as that can be
// told without running it.
func understood(args []string) error {
	root := newRoot(Streams{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard})
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	cmd, rest, err := root.Find(args)
	if err != nil {
		return err
	}
	if cmd == root && len(rest) > 0 && !strings.HasPrefix(rest[0], "-") {
		return fmt.Errorf("there is no command %q", rest[0])
	}
	cmd.InitDefaultHelpFlag()
	return cmd.ParseFlags(rest)
}

// TestExamplesListed holds that examples/README.md has a row for every example.
func TestExamplesListed(t *testing.T) {
	page := pages(t)["examples/README.md"]
	entries, err := os.ReadDir(filepath.Join(repository, "examples"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if row := fmt.Sprintf("\n| [%[1]s](%[1]s) | ", e.Name()); e.IsDir() && strings.Count(page, row) != 1 {
			t.Errorf("examples/README.md has no row, or more than one, that begins with%s", row)
		}
	}
}

// laptopRow matches a row with an example that runs anywhere.
var laptopRow = regexp.MustCompile("(?m)^\\| \\[([\\w-]+)\\]\\([\\w-]+\\) \\| (.*) \\| `(weft run [^`]*)` \\|$")

// TestExamplesRun runs the examples of which examples/README.md says that they
// run as they are.
func TestExamplesRun(t *testing.T) {
	root, err := filepath.Abs(repository)
	if err != nil {
		t.Fatal(err)
	}
	rows := laptopRow.FindAllStringSubmatch(pages(t)["examples/README.md"], -1)
	if len(rows) < 5 {
		t.Fatalf("examples/README.md has %d of them", len(rows))
	}
	dir := t.TempDir()
	for _, row := range rows {
		var script bytes.Buffer
		command, end := "exec", "succeeded"
		if strings.Contains(row[2], "by chance") {
			command, end = "try", "(succeeded|failed)"
		}
		fmt.Fprintf(&script, "env WEFT_RUNS=$WORK/runs\ncd %s\n%s %s\nstdout '%s-\\w+ %s in'\n", root, command, row[3], row[1], end)
		if err := os.WriteFile(filepath.Join(dir, row[1]+".txtar"), script.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	try := func(ts *testscript.TestScript, _ bool, args []string) { _ = ts.Exec(args[0], args[1:]...) }
	testscript.Run(t, testscript.Params{Dir: dir, Cmds: map[string]func(*testscript.TestScript, bool, []string){"try": try}})
}

// TestReadmeTour holds that the tour ends as README.md shows, but for times, the
// name of the run, and the order of what begins at once.
func TestReadmeTour(t *testing.T) {
	root, err := filepath.Abs(repository)
	if err != nil {
		t.Fatal(err)
	}
	var want string
	for _, m := range fenced.FindAllStringSubmatch(pages(t)["README.md"], -1) {
		if strings.HasPrefix(m[3], "✔ tour-") {
			want = m[3]
		}
	}
	ends := func(ts *testscript.TestScript, _ bool, _ []string) {
		got := ts.ReadFile("stdout")
		_, tree, _ := strings.Cut(got, "\n✔ ")
		if !slices.Equal(steady("✔ "+tree), steady(want)) {
			ts.Fatalf("README.md shows\n%s\nand the tour ends in\n%s", want, got)
		}
	}
	script := filepath.Join(t.TempDir(), "tour.txtar")
	text := fmt.Sprintf("env WEFT_RUNS=$WORK/runs\ncd %s\nexec weft run examples/tour/tour.weft\nends\n", root)
	if err := os.WriteFile(script, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{Files: []string{script}, Cmds: map[string]func(*testscript.TestScript, bool, []string){"ends": ends}})
}

// changes matches what differs from run to run, and lines of the tree.
var changes = regexp.MustCompile(`\btour-\w{5}\b|\b[0-9.]+m?s\b|[│├└─]+`)

// steady are the lines of a tree without what differs from run to run.
func steady(tree string) []string {
	var lines []string
	for line := range strings.Lines(tree) {
		if words := strings.Fields(changes.ReplaceAllString(line, "")); len(words) > 0 {
			lines = append(lines, strings.Join(words, " "))
		}
	}
	slices.Sort(lines)
	return lines
}
