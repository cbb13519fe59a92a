package baseline_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/validate/baseline"
)

func same(name string) string { return name }

// find makes a finding of each line of a text that holds "bad".
func find(name, text string, paths ...string) []diag.Diagnostic {
	f := source.NewFile(name, text)
	var out []diag.Diagnostic
	for i := 1; i <= f.Lines(); i++ {
		if !strings.Contains(f.Line(i), "bad") {
			continue
		}
		d := diag.Diagnostic{Rule: "no-bad", Severity: diag.Warning, Span: f.At(f.LineStart(i), f.LineStart(i)+1), Message: "m"}
		if len(paths) > 0 {
			d.Path, paths = paths[0], paths[1:]
		}
		out = append(out, d)
	}
	return out
}

func TestApply(t *testing.T) {
	known := baseline.New(slices.Concat(find("a", "bad 1\nbad 2\nbad 2\n", "l[0]", "l[1]", "l[2]"), find("b", "bad 1\n")), same)
	b, err := baseline.Parse(known.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		about    string
		findings []diag.Diagnostic
		fresh    int
	}{
		{"the same", find("a", "bad 1\nbad 2\nbad 2\n", "l[0]", "l[1]", "l[2]"), 0},
		{"lines have moved", find("a", "good\n\n   bad 1\ngood\nbad 2\n", "l[3]", "l[7]"), 0},
		{"one more of a kind", find("a", "bad 2\nbad 2\nbad 2\n", "l[0]", "l[1]", "l[2]"), 1},
		{"another line", find("a", "bad 3\n", "l[0]"), 1},
		{"another place", find("a", "bad 1\n", "m[0]"), 1},
		{"another file", find("c", "bad 1\n", "l[0]"), 1},
		{"nowhere", []diag.Diagnostic{{Rule: "no-bad", Severity: diag.Error, Message: "m"}}, 1},
	} {
		if fresh, _ := b.Apply(tt.findings, same); len(fresh) != tt.fresh {
			t.Errorf("%s: %d findings are new, want %d", tt.about, len(fresh), tt.fresh)
		}
	}
}

func TestPrune(t *testing.T) {
	b := baseline.New(slices.Concat(find("a", "bad 1\nbad 2\n"), find("b", "bad 1\n")), same)
	_, used := b.Apply(find("a", "bad 2\n"), same)
	pruned := b.Prune(used, func(file string) bool { return file == "a" })
	want := baseline.New(slices.Concat(find("a", "bad 2\n"), find("b", "bad 1\n")), same)
	if string(pruned.Bytes()) != string(want.Bytes()) || pruned.Len() != 2 {
		t.Errorf("pruned:\n%s\nwant:\n%s", pruned.Bytes(), want.Bytes())
	}
}

func TestParse(t *testing.T) {
	for _, text := range []string{"", "[]", `{"version": 2}`, `{"version": 1, "other": 1}`, "not JSON"} {
		if _, err := baseline.Parse([]byte(text)); err == nil {
			t.Errorf("%q is taken for a baseline", text)
		}
	}
}
