package rules

import (
	"fmt"
	"strings"
)

// maxNameLength is the limit on the names of templates, steps and tasks.
const maxNameLength = 128

// nameFault says what keeps name from naming a template, step or task, "" when
// nothing does: they consist of letters, digits and hyphens and do not begin
// with a hyphen.
func nameFault(name string) string {
	switch i := strings.IndexFunc(name, func(r rune) bool { return r != '-' && !isAlphanumeric(r) }); {
	case i >= 0:
		return fmt.Sprintf("holds %q, only letters, digits and hyphens are allowed", firstRune(name[i:]))
	case strings.HasPrefix(name, "-"):
		return "begins with a hyphen"
	case len(name) > maxNameLength:
		return fmt.Sprintf("has %d characters, at most %d are allowed", len(name), maxNameLength)
	}
	return ""
}

// mendedName is the valid name nearest to name, "" when too little is left.
func mendedName(name string) string {
	mended := strings.Map(func(r rune) rune {
		if isAlphanumeric(r) {
			return r
		}
		return '-'
	}, name)
	return strings.Trim(mended[:min(len(mended), maxNameLength)], "-")
}

func isAlphanumeric(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

func firstRune(s string) string {
	for _, r := range s {
		return string(r)
	}
	return ""
}
