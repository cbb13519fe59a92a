package langtest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

const story = "prose\n-- in --\ntext\n-- want/kept --\nkept\n-- want/changed --\none\ntwo\n-- want/stale --\nstale\n"

var produced = map[string]string{"kept": "kept", "changed": "one\n2\n", "new": "new"}

// TestCompare holds that a difference, a stale section and a missing one each
// fail a test: a harness that forgives makes every test that uses it worthless.
func TestCompare(t *testing.T) {
	got := compare(txtar.Parse([]byte(story)), produced)
	want := []string{
		"want/changed differs (- wanted, + got):\n one\n-two\n+2\n",
		"section want/stale is stale: the test does not produce it",
		"there is no section want/new; run with WEFT_UPDATE=1 to write it",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestUpdate(t *testing.T) {
	file := filepath.Join(t.TempDir(), "story.txtar")
	got := map[string]string{}
	for name, text := range produced {
		got[name] = text
	}
	update(t, file, txtar.Parse([]byte(story)), got)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	const want = "prose\n-- in --\ntext\n-- want/kept --\nkept\n-- want/changed --\none\n2\n-- want/new --\nnew\n"
	Equal(t, "the updated file", string(text), want)
	if problems := compare(txtar.Parse(text), produced); len(problems) > 0 {
		t.Errorf("after the update: %s", strings.Join(problems, "\n"))
	}
}
