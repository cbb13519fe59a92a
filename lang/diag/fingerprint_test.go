package diag_test

import (
	"strings"
	"testing"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
)

func TestFingerprint(t *testing.T) {
	at := func(file, text, word string) diag.Diagnostic {
		i := strings.Index(text, word)
		return diag.Diagnostic{Rule: "r", Path: "spec.a", Message: "m", Span: source.NewFile(file, text).At(i, i+len(word))}
	}
	base := at("f.yaml", "a: b\n", "b")
	for _, tt := range []struct {
		name string
		d    diag.Diagnostic
		same bool
	}{
		{"lines above", at("f.yaml", "# new\n\na: b\n", "b"), true},
		{"indented", at("f.yaml", "  a: b\n", "b"), true},
		{"another line", at("f.yaml", "a: b c\n", "b"), false},
		{"another file", at("g.yaml", "a: b\n", "b"), false},
		{"nowhere", diag.Diagnostic{Rule: "r", Path: "spec.a"}, false},
	} {
		if same := tt.d.Fingerprint() == base.Fingerprint(); same != tt.same {
			t.Errorf("%s: same = %v, want %v", tt.name, same, tt.same)
		}
	}
	long := strings.Repeat("x", 2000)
	if at("f.json", "a: "+long+"b", "b").Fingerprint() != at("f.json", "a: "+long+"b, c: d", "b").Fingerprint() {
		t.Error("what changes at the end of a very long line makes another fingerprint")
	}
	rule, path := base, base
	rule.Rule, path.Path = "s", "spec.b"
	ds := []diag.Diagnostic{base, base, rule, path, base}
	seen := map[string]bool{}
	for _, f := range diag.Fingerprints(ds) {
		seen[f] = true
	}
	if len(seen) != len(ds) {
		t.Errorf("%d different fingerprints of %d findings", len(seen), len(ds))
	}
	if diag.Fingerprints(ds)[0] != base.Fingerprint() {
		t.Error("the first of findings that look alike is numbered")
	}
}
