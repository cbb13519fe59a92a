package rules

import (
	"strings"
	"testing"
)

func TestNames(t *testing.T) {
	long := strings.Repeat("a", maxNameLength+1)
	for _, c := range []struct{ name, fault, mended string }{
		{"build", "", "build"},
		{"1-Build", "", "1-Build"},
		{"build-", "", "build"},
		{"-build", "begins with a hyphen", "build"},
		{"run_tests", `holds "_", only letters, digits and hyphens are allowed`, "run-tests"},
		{"größe", `holds "ö", only letters, digits and hyphens are allowed`, "gr--e"},
		{"{{item}}", `holds "{", only letters, digits and hyphens are allowed`, "item"},
		{long, "has 129 characters, at most 128 are allowed", long[1:]},
		{"...", `holds ".", only letters, digits and hyphens are allowed`, ""},
	} {
		if got := nameFault(c.name); got != c.fault {
			t.Errorf("%q: fault %q, want %q", c.name, got, c.fault)
		}
		if got := mendedName(c.name); got != c.mended {
			t.Errorf("%q: mended %q, want %q", c.name, got, c.mended)
		}
	}
}

func TestIsMetricName(t *testing.T) {
	for name, want := range map[string]bool{"builds_total": true, "_x1": true, "": false, "1x": false, "a-b": false, "a.b": false, "é": false} {
		if got := isMetricName(name); got != want {
			t.Errorf("%q: %v, want %v", name, got, want)
		}
	}
}
