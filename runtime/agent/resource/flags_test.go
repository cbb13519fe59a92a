package resource

import (
	"strings"
	"testing"
	"time"
)

func TestFlags(t *testing.T) {
	for _, test := range []struct {
		action string
		args   string
		holds  func(f *flags) bool
	}{
		{"get", "", func(f *flags) bool { return !f.selects() && !f.ignoreNotFound && f.wait }},
		{"delete", "", func(f *flags) bool { return f.ignoreNotFound }},
		{"delete", "--ignore-not-found=false", func(f *flags) bool { return !f.ignoreNotFound }},
		{"get", "pod x -n a", func(f *flags) bool { return strings.Join(f.names, " ") == "pod x" && f.namespace == "a" }},
		{"get", "-na pod/x", func(f *flags) bool { return f.namespace == "a" && f.names[0] == "pod/x" }},
		{"get", "-n=a --selector=b=c", func(f *flags) bool { return f.namespace == "a" && f.selector == "b=c" }},
		{"get", "-A pods -l a=b", func(f *flags) bool { return f.allNamespaces && f.selector == "a=b" }},
		{"get", "pods -o wide --v=9", func(f *flags) bool { return len(f.names) == 1 }},
		{"create", "--validate=false", func(f *flags) bool { return f.validation == "Ignore" }},
		{"create", "--validate", func(f *flags) bool { return f.validation == "Strict" }},
		{"create", "--dry-run=server", func(f *flags) bool { return f.dryRun }},
		{"patch", "--type merge --subresource=status", func(f *flags) bool { return f.patchType == "merge" && f.subresource == "status" }},
		{"apply", "--server-side --force-conflicts=false", func(f *flags) bool { return !f.forceConflicts }},
		{"delete", "--now --wait=false --timeout=3s --cascade=orphan", func(f *flags) bool {
			return *f.grace == 1 && !f.wait && f.timeout == 3*time.Second && f.propagation == "Orphan"
		}},
		{"delete", "--grace-period=-1 --timeout 5", func(f *flags) bool { return f.grace == nil && f.timeout == 5*time.Second }},
		{"replace", "--force --grace-period 0", func(f *flags) bool { return f.force && *f.grace == 0 }},
	} {
		f, err := parseFlags(test.action, strings.Fields(test.args))
		if err != nil || !test.holds(f) {
			t.Errorf("%s %s: %+v %v", test.action, test.args, f, err)
		}
	}
}

func TestFaultyFlags(t *testing.T) {
	for args, want := range map[string]string{
		"get --sort-by .x":        `the flag --sort-by does not work in a resource template with action "get"; these do: --all-namespaces,`,
		"create --cascade":        `the flag --cascade does not work in a resource template with action "create"`,
		"get -f x":                "write manifest or manifestFrom",
		"patch -p {}":             "write the patch as the manifest",
		"get --kubeconfig=x":      "see serviceAccountName",
		"get --watch":             "write successCondition",
		"get -n":                  "the flag -n has no value",
		"delete --wait=perhaps":   `the flag --wait=perhaps: "perhaps" is neither true nor false`,
		"patch --type=best":       `"best" is none of json, merge, strategic`,
		"create --dry-run=local":  `"local" is none of none, server`,
		"delete --grace-period x": `"x" is no number of seconds`,
		"delete --timeout x":      `invalid duration "x"`,
		"delete --now=x":          "invalid syntax",
	} {
		words := strings.Fields(args)
		if _, err := parseFlags(words[0], words[1:]); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", args, err, want)
		}
	}
}
