package lint_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/lint"
)

// junk is what no statement may hold.
var junk = []string{" = ", " ] ", " } ", " ( ", " { ", " : ", " ? "}

// TestNoPhantoms puts one syntax error after the other into files that are in
// order: nothing is found but syntax errors, and what was found before.
func TestNoPhantoms(t *testing.T) {
	names, err := filepath.Glob("../../examples/*/*.weft")
	if err != nil || len(names) == 0 {
		t.Fatal("there are no examples", err)
	}
	strict := validate.Strict
	tried := 0
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		find := func(text string) []diag.Diagnostic {
			fsys := fstest.MapFS{"in.weft": {Data: []byte(text)}}
			for _, other := range []string{"deploy-tools.yaml", "lib.weft", "shared.weft"} {
				if b, err := os.ReadFile(filepath.Join(filepath.Dir(name), other)); err == nil {
					fsys[other] = &fstest.MapFile{Data: b}
				}
			}
			return lint.Run(fsys, []string{"."}, lint.Options{Profile: &strict, NoConfig: true}).Findings.Sorted()
		}
		known := map[string]bool{}
		for _, d := range find(string(text)) {
			known[d.Rule+d.Message] = true
		}
		for at := 0; at < len(text); at += 4 + at%9 {
			if at > 0 && isPart(text[at-1]) && isPart(text[at]) {
				continue // that would make another name of it
			}
			j := junk[at%len(junk)]
			mutant := string(text[:at]) + j + string(text[at:])
			found := find(mutant)
			if len(found) == 0 || !isSyntax(found) {
				continue
			}
			tried++
			for _, d := range found {
				if d.Rule != "weft-syntax" && d.Rule != "shell-syntax" && !known[d.Rule+d.Message] {
					line := strings.Count(mutant[:at], "\n")
					t.Errorf("%s with %q in %q: %s: %s [%s]", filepath.Base(name), j, strings.Split(mutant, "\n")[line], d.Span, d.Message, d.Rule)
				}
			}
		}
	}
	if tried < 250 {
		t.Errorf("only %d mutants had a syntax error", tried)
	}
}

func isPart(c byte) bool {
	return c == '-' || c == '_' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

func isSyntax(found []diag.Diagnostic) bool {
	for _, d := range found {
		if d.Rule == "weft-syntax" {
			return true
		}
	}
	return false
}
