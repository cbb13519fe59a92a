package fix_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/validate/fix"
)

type edit struct {
	start, end int
	text       string
}

func fixOf(f *source.File, safe bool, edits ...edit) diag.Fix {
	out := diag.Fix{Title: "t", Safe: safe}
	for _, e := range edits {
		out.Edits = append(out.Edits, diag.Edit{Span: f.At(e.start, e.end), New: e.text})
	}
	return out
}

func TestApply(t *testing.T) {
	const text = "0123456789"
	for _, tt := range []struct {
		about   string
		fixes   [][]edit
		want    string
		applied int
	}{
		{"none", nil, text, 0},
		{"out of order", [][]edit{{{8, 9, "H"}}, {{0, 2, ""}}}, "234567H9", 2},
		{"the second overlaps", [][]edit{{{2, 5, "x"}}, {{4, 6, "y"}}}, "01x56789", 1},
		{"side by side", [][]edit{{{2, 4, "x"}}, {{4, 6, "y"}}}, "01xy6789", 2},
		{"two insertions at one place", [][]edit{{{2, 2, "x"}}, {{2, 2, "y"}}}, "01x23456789", 1},
		{"an insertion at an end", [][]edit{{{2, 4, "x"}}, {{4, 4, "y"}}}, "01x456789", 1},
		{"all or nothing", [][]edit{{{2, 4, "x"}}, {{3, 5, "y"}, {8, 9, "z"}}}, "01x456789", 1},
		{"overlaps itself", [][]edit{{{2, 4, "x"}, {3, 5, "y"}}}, text, 0},
	} {
		f := source.NewFile("a", text)
		var fixes []diag.Fix
		for _, edits := range tt.fixes {
			fixes = append(fixes, fixOf(f, true, edits...))
		}
		got, applied := fix.Apply(text, fixes)
		if got != tt.want || applied != tt.applied {
			t.Errorf("%s: %q, %d applied; want %q, %d", tt.about, got, applied, tt.want, tt.applied)
		}
	}
	other := fixOf(source.NewFile("b", "another text"), true, edit{0, 1, "x"})
	if got, applied := fix.Apply(text, []diag.Fix{other}); got != text || applied != 0 {
		t.Errorf("a fix of another text is applied: %q", got)
	}
}

// texts checks texts for the letter a, which is fixed one at a time, and the
// letter u, whose fix is unsafe; a text with an exclamation mark is unreadable.
func texts(start string) func(map[string]string) []diag.Diagnostic {
	return func(changed map[string]string) []diag.Diagnostic {
		text, ok := changed["f"]
		if !ok {
			text = start
		}
		f := source.NewFile("f", text)
		var out []diag.Diagnostic
		add := func(rule string, at int, fixes ...diag.Fix) {
			out = append(out, diag.Diagnostic{Rule: rule, Severity: diag.Warning, Span: f.At(at, at+1), Message: "m", Fixes: fixes})
		}
		if i := strings.Index(text, "a"); i >= 0 {
			add("no-a", i, fixOf(f, true, edit{i, i + 1, "e"}))
		}
		if i := strings.Index(text, "u"); i >= 0 {
			add("no-u", i, fixOf(f, false, edit{i, i + 1, "o"}))
		}
		if i := strings.Index(text, "b"); i >= 0 {
			add("no-b", i, fixOf(f, true, edit{i, i + 1, "!"}))
		}
		if i := strings.Index(text, "!"); i >= 0 {
			add("yaml-syntax", i)
		}
		return out
	}
}

func TestLoop(t *testing.T) {
	for _, tt := range []struct {
		text    string
		level   fix.Level
		want    string // "" when nothing changes
		applied int
	}{
		{"xyz", fix.Safe, "", 0},
		{"banana", fix.None, "", 0},
		{"aaa", fix.Safe, "eee", 3},
		{"aua", fix.Safe, "eue", 2},
		{"aua", fix.Unsafe, "eoe", 3},
		{"b", fix.Safe, "", 0},
		{strings.Repeat("a", 30), fix.Safe, strings.Repeat("e", 10) + strings.Repeat("a", 20), 10},
	} {
		check := texts(tt.text)
		changed, applied := fix.Loop(check(nil), tt.level, check)
		if changed["f"] != tt.want || applied != tt.applied {
			t.Errorf("%q: %q, %d applied; want %q, %d", tt.text, changed["f"], applied, tt.want, tt.applied)
		}
	}
}

func TestDiff(t *testing.T) {
	numbers := "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n18\n19\n20\n"
	for _, tt := range []struct{ about, before, after, want string }{
		{"nothing", "a\n", "a\n", ""},
		{"a line", numbers, strings.Replace(numbers, "10\n", "ten\n", 1), "@@ -7,7 +7,7 @@\n 7\n 8\n 9\n-10\n+ten\n 11\n 12\n 13\n"},
		{"far apart", numbers, "0\n" + numbers + "21\n", "@@ -1,3 +1,4 @@\n+0\n 1\n 2\n 3\n@@ -18,3 +19,4 @@\n 18\n 19\n 20\n+21\n"},
		{"near each other", numbers, strings.NewReplacer("5\n6\n7\n", "five\n6\nseven\n").Replace(numbers), "@@ -2,9 +2,9 @@\n 2\n 3\n 4\n-5\n+five\n 6\n-7\n+seven\n 8\n 9\n 10\n"},
		{"from nothing", "", "a\n", "@@ -0,0 +1 @@\n+a\n"},
		{"to nothing", "a\n", "", "@@ -1 +0,0 @@\n-a\n"},
		{"no line break", "a", "a\n", "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n"},
	} {
		want := tt.want
		if want != "" {
			want = "--- a/f\n+++ b/f\n" + want
		}
		if got := fix.Diff("f", tt.before, tt.after, false); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", tt.about, got, want)
		}
	}
	if got := fix.Diff("f", "a\n", "b\n", true); !strings.Contains(got, "\x1b[31m-a\x1b[m\n\x1b[32m+b\x1b[m\n") {
		t.Errorf("no colours: %q", got)
	}
}

// FuzzDiff holds that a diff leads from one text to the other.
func FuzzDiff(f *testing.F) {
	f.Add("a\nb\nc\n", "a\nc\n")
	f.Add("", "a")
	f.Add("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "0\n1\n2\n3\n4\n5\n6\n7\n8\n9")
	f.Fuzz(func(t *testing.T, before, after string) {
		diff := fix.Diff("f", before, after, false)
		if got := patch(t, before, diff); got != after {
			t.Fatalf("%q becomes %q, want %q; diff:\n%s", before, got, after, diff)
		}
	})
}

// patch applies a diff as the program patch does.
func patch(t *testing.T, text, diff string) string {
	old := strings.SplitAfter(text, "\n")
	var out strings.Builder
	at := 0 // in old
	all := strings.SplitAfter(diff, "\n")
	for i := 2; i < len(all); i++ {
		line := all[i]
		if i+1 < len(all) && strings.HasPrefix(all[i+1], `\ No newline`) {
			line = strings.TrimSuffix(line, "\n")
		}
		switch {
		case strings.HasPrefix(line, "@@ -"):
			start, count := 0, 1
			if n, _ := fmt.Sscanf(line, "@@ -%d,%d", &start, &count); n == 0 {
				t.Fatalf("no hunk: %q", line)
			}
			if count > 0 {
				start--
			}
			for ; at < start; at++ {
				out.WriteString(old[at])
			}
		case line == "" || line[0] == '\\':
		case line[0] == '+':
			out.WriteString(line[1:])
		default:
			if at >= len(old) || old[at] != line[1:] {
				t.Fatalf("line %d of %q is not %q", at+1, text, line[1:])
			}
			if line[0] == ' ' {
				out.WriteString(old[at])
			}
			at++
		}
	}
	return out.String() + strings.Join(old[at:], "")
}
