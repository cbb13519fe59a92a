// Package manual writes the pages about rules: for a terminal and as Markdown.
// All they say is in the rules; what is found in an example is found there and
// then, so no page can be out of date.
package manual

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"golang.org/x/tools/txtar"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/config"
	"github.com/weft-lang/weft/validate/lint"
)

// URL is where the page of a rule is read online.
func URL(rule string) string {
	return "https://github.com/weft-lang/weft/blob/main/docs/rules/" + rule + ".md"
}

// Severities says how severe a rule is in which profile, "error in recommended,
// strict, security", profiles of one severity together, the mildest first.
func Severities(r validate.Rule) string {
	profiles := map[diag.Severity][]string{}
	for i, name := range validate.Profiles() {
		if s := r.In(validate.Profile(i)); s != 0 {
			profiles[s] = append(profiles[s], name)
		}
	}
	var parts []string
	for _, s := range slices.Backward(slices.Sorted(maps.Keys(profiles))) {
		parts = append(parts, s.String()+" in "+strings.Join(profiles[s], ", "))
	}
	return strings.Join(parts, "; ")
}

// profile is the mildest that has the rule, the one its example is shown in.
func profile(r validate.Rule) validate.Profile {
	for i := range validate.Profiles() {
		if p := validate.Profile(i); r.In(p) != 0 {
			return p
		}
	}
	return validate.Recommended
}

// files takes an example apart.
func files(example string) *txtar.Archive {
	archive := txtar.Parse([]byte(example))
	if len(archive.Files) == 0 {
		archive.Files = []txtar.File{{Name: "example.yaml", Data: []byte(strings.TrimPrefix(example, "\n"))}}
	}
	return archive
}

// findings checks the bad example of a rule and keeps what that rule says. Rules
// that need a program which may not be installed say nothing.
func findings(r validate.Rule) []diag.Diagnostic {
	archive := files(r.Bad)
	fsys, err := txtar.FS(archive)
	if err != nil {
		panic(fmt.Sprintf("manual: the bad example of %s: %v", r.Name, err))
	}
	var names []string
	for _, f := range archive.Files {
		if f.Name != config.FileName && path.Ext(f.Name) != ".json" { // those are read for others' sake
			names = append(names, f.Name)
		}
	}
	p := profile(r)
	found := lint.Run(fsys, names, lint.Options{Profile: &p}).Findings.Sorted()
	return slices.DeleteFunc(found, func(d diag.Diagnostic) bool { return d.Rule != r.Name })
}
