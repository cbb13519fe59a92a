package resource

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// flags are what the flags of a template say, which are those of kubectl, and
// what its other fields say as kubectl would be told it.
type flags struct {
	names          []string // what stands between the flags: pod x, pod/x
	namespace      string
	allNamespaces  bool
	selector       string
	fieldSelector  string
	all            bool
	subresource    string
	patchType      string
	validation     string
	manager        string
	dryRun         bool
	force          bool
	forceConflicts bool
	ignoreNotFound bool
	wait           bool
	timeout        time.Duration
	grace          *int64
	propagation    string
}

// selects reports whether the flags say which objects are meant.
func (f *flags) selects() bool { return len(f.names) > 0 }

// flag is one that works in a resource template.
type flag struct {
	actions string // which take it; "" is all
	alone   string // what it means without a value; "" when it needs one
	set     func(f *flags, value string) error
}

// known are the flags by their long names.
var known = map[string]flag{
	"namespace":        {"", "", text(func(f *flags) *string { return &f.namespace })},
	"all-namespaces":   {"get delete", "true", boolean(func(f *flags) *bool { return &f.allNamespaces })},
	"selector":         {"get delete", "", text(func(f *flags) *string { return &f.selector })},
	"field-selector":   {"get delete", "", text(func(f *flags) *string { return &f.fieldSelector })},
	"all":              {"delete", "true", boolean(func(f *flags) *bool { return &f.all })},
	"ignore-not-found": {"get delete", "true", boolean(func(f *flags) *bool { return &f.ignoreNotFound })},
	"subresource":      {"get patch replace apply", "", text(func(f *flags) *string { return &f.subresource })},
	"type":             {"patch", "", oneOf(func(f *flags) *string { return &f.patchType }, map[string]string{"strategic": "strategic", "merge": "merge", "json": "json"})},
	"validate": {"create apply replace", "strict", oneOf(func(f *flags) *string { return &f.validation }, map[string]string{
		"true": "Strict", "strict": "Strict", "warn": "Warn", "false": "Ignore", "ignore": "Ignore",
	})},
	"field-manager":   {"create apply replace patch", "", text(func(f *flags) *string { return &f.manager })},
	"dry-run":         {"create apply replace patch delete", "", dryRun},
	"server-side":     {"apply", "true", nothing},
	"force-conflicts": {"apply", "true", boolean(func(f *flags) *bool { return &f.forceConflicts })},
	"force":           {"delete replace", "true", boolean(func(f *flags) *bool { return &f.force })},
	"wait":            {"delete replace", "true", boolean(func(f *flags) *bool { return &f.wait })},
	"timeout":         {"delete replace", "", timeout},
	"grace-period":    {"delete replace", "", grace},
	"now":             {"delete", "true", now},
	"cascade": {"delete replace", "background", oneOf(func(f *flags) *string { return &f.propagation }, map[string]string{
		"true": "Background", "background": "Background", "foreground": "Foreground", "false": "Orphan", "orphan": "Orphan",
	})},
	// These say how kubectl prints, which nobody sees here.
	"output":     {"", "", nothing},
	"v":          {"", "", nothing},
	"no-headers": {"get", "true", nothing},
}

// short are the short names of flags.
var short = map[byte]string{'n': "namespace", 'A': "all-namespaces", 'l': "selector", 'o': "output", 'v': "v"}

// instead says what to write for flags that cannot work.
var instead = map[string]string{
	"filename": "write manifest or manifestFrom", "f": "write manifest or manifestFrom",
	"patch": "write the patch as the manifest", "p": "write the patch as the manifest", "patch-file": "write the patch as the manifest",
	"kubeconfig": elsewhere, "context": elsewhere, "cluster": elsewhere, "server": elsewhere, "s": elsewhere, "token": elsewhere, "user": elsewhere, "as": elsewhere,
	"watch": "write successCondition", "w": "write successCondition",
}

const elsewhere = "the step works on the cluster that it runs on, as its service account; see serviceAccountName"

// parseFlags reads the flags of an action.
func parseFlags(action string, args []string) (*flags, error) {
	f := &flags{
		patchType: "strategic", validation: "Strict", propagation: "Background",
		wait: true, ignoreNotFound: action == "delete", forceConflicts: true,
	}
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if len(arg) < 2 || arg[0] != '-' {
			f.names = append(f.names, arg)
			continue
		}
		name, value, hasValue := split(arg)
		k, ok := known[name]
		if !ok || k.actions != "" && !slices.Contains(strings.Fields(k.actions), action) {
			return nil, unknownFlag(action, name, arg)
		}
		switch {
		case hasValue:
		case k.alone != "":
			value = k.alone
		case i+1 < len(args):
			i++
			value = args[i]
		default:
			return nil, fmt.Errorf("the flag %s has no value", arg)
		}
		if err := k.set(f, value); err != nil {
			return nil, fmt.Errorf("the flag %s: %w", arg, err)
		}
	}
	return f, nil
}

// split takes --name=value, -n=value and -nvalue apart.
func split(arg string) (name, value string, hasValue bool) {
	if long, ok := strings.CutPrefix(arg, "--"); ok {
		return strings.Cut(long, "=")
	}
	name = short[arg[1]]
	if name == "" {
		return strings.Cut(arg[1:], "=")
	}
	rest := arg[2:]
	return name, strings.TrimPrefix(rest, "="), rest != ""
}

func unknownFlag(action, name, arg string) error {
	if way, ok := instead[name]; ok {
		return fmt.Errorf("the flag %s does not work in a resource template: %s", arg, way)
	}
	var works []string
	for _, name := range slices.Sorted(maps.Keys(known)) {
		if a := known[name].actions; name != "output" && name != "v" && (a == "" || slices.Contains(strings.Fields(a), action)) {
			works = append(works, "--"+name)
		}
	}
	return fmt.Errorf("the flag %s does not work in a resource template with action %q; these do: %s", arg, action, strings.Join(works, ", "))
}

func nothing(*flags, string) error { return nil }

func text(field func(*flags) *string) func(*flags, string) error {
	return func(f *flags, value string) error {
		*field(f) = value
		return nil
	}
}

func boolean(field func(*flags) *bool) func(*flags, string) error {
	return func(f *flags, value string) error {
		b, err := strconv.ParseBool(value)
		if err != nil {
			return fmt.Errorf("%q is neither true nor false", value)
		}
		*field(f) = b
		return nil
	}
}

// oneOf takes one of some spellings.
func oneOf(field func(*flags) *string, means map[string]string) func(*flags, string) error {
	return func(f *flags, value string) error {
		v, ok := means[value]
		if !ok {
			return fmt.Errorf("%q is none of %s", value, strings.Join(slices.Sorted(maps.Keys(means)), ", "))
		}
		*field(f) = v
		return nil
	}
}

func dryRun(f *flags, value string) error {
	if value != "server" && value != "none" {
		return fmt.Errorf("%q is none of none, server", value)
	}
	f.dryRun = value == "server"
	return nil
}

func timeout(f *flags, value string) error {
	d, err := time.ParseDuration(value)
	if seconds, notNumber := strconv.Atoi(value); notNumber == nil {
		d, err = time.Duration(seconds)*time.Second, nil
	}
	f.timeout = d
	return err
}

// grace takes -1 for what the object itself says.
func grace(f *flags, value string) error {
	seconds, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		return fmt.Errorf("%q is no number of seconds", value)
	}
	f.grace = nil
	if seconds >= 0 {
		f.grace = &seconds
	}
	return nil
}

func now(f *flags, value string) error {
	on, err := strconv.ParseBool(value)
	if err == nil && on {
		return grace(f, "1")
	}
	return err
}
