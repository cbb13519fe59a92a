package images

import (
	"slices"
	"testing"
)

func TestParseStatus(t *testing.T) {
	packages := parseStatus(`Package: tool
Status: install ok installed
Architecture: amd64
Depends: libtool1 (>= 1.2), other:any | virtual, gone
Pre-Depends: init-tool
Description: a tool
 Depends: not this, it is prose

Package: libtool1
Status: install ok installed
Architecture: amd64
Multi-Arch: same

Package: real
Status: install ok installed
Provides: virtual (= 1), tool

Package: gone
Status: deinstall ok config-files
`)
	for name, want := range map[string]installed{
		"tool":     {lists: "tool", depends: []string{"init-tool", "libtool1 (>= 1.2)", " other:any | virtual", " gone"}},
		"libtool1": {lists: "libtool1:amd64"},
		"virtual":  {lists: "real"},
		"gone":     {},
	} {
		if got := packages[name]; got.lists != want.lists || !slices.Equal(got.depends, want.depends) {
			t.Errorf("package %s is %+v, not %+v", name, got, want)
		}
	}
	for dependency, want := range map[string]string{" libc6 (>= 2.36)": "libc6", "python3:any": "python3", "dash": "dash"} {
		if got := bareName(dependency); got != want {
			t.Errorf("dependency %q is of %q, not %q", dependency, got, want)
		}
	}
}

func TestMissingPackages(t *testing.T) {
	_, err := installedFiles(nil, []string{"python3", "jq"})
	if want := "packages are not installed: apt-get install python3 jq"; err == nil || err.Error() != want {
		t.Errorf("missing packages are told as %v, not %q", err, want)
	}
}
