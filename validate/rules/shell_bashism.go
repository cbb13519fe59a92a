package rules

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var shellBashism = validate.Rule{
	Name: "shell-bashism", Group: validate.Scripts, Severity: diag.Warning,
	Summary: "a script for sh uses what only bash has, and the sh of its image is not bash",
	Why: `In images made from Alpine, Busybox, Debian and Ubuntu sh is a small shell without arrays, here-strings and process
substitution. Run the script by bash in an image that has it, or write it without.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    script:
      image: debian:13
      command: [sh]
      source: |
        names=(one two three)
        echo "${names[1]}"
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    script:
      image: debian:13
      command: [bash]
      source: |
        names=(one two three)
        echo "${names[1]}"
`,
	Check: func(p *validate.Pass) {
		for _, s := range shellScripts(p) {
			small, known := smallShells[imageName(s.podContainer)]
			if s.file == nil || s.dialect != syntax.LangPOSIX || !known || bashIn(s.text.Text()) {
				continue
			}
			_, tag := cutTag(s.node.Get("image").Text())
			if strings.Contains(tag, "alpine") {
				small = ash
			}
			at, feature := bashism(s, small)
			if feature == "" {
				continue
			}
			start := int(at.Offset())
			p.Report(diag.Diagnostic{
				Span:    s.text.Source(start, wordEnd(s.text.Text(), start)),
				Message: fmt.Sprintf("the %s of image %q knows no %s", s.runner, s.node.Get("image").Text(), strings.ReplaceAll(feature, "`", `"`)),
				Help:    "run the script by bash, in an image that has it",
			})
		}
	},
}

// A smallShell is a shell that is not bash.
type smallShell uint8

const (
	dash smallShell = iota + 1
	ash             // of Busybox; it has borrowed much from bash
)

// smallShells are the official images whose sh is not bash.
var smallShells = map[string]smallShell{
	"alpine": ash, "busybox": ash, "debian": dash, "ubuntu": dash, "python": dash, "node": dash, "golang": dash,
}

// missingInAsh are the features of bash that ash has not borrowed.
var missingInAsh = []string{"arrays", "herestrings", "c-style fors"}

// bashism is the first thing in s that its shell does not know.
func bashism(s *shellScript, small smallShell) (syntax.Pos, string) {
	_, err := parseShell(withoutTags(s.text.Text()), syntax.LangPOSIX)
	var fault syntax.LangError
	if errors.As(err, &fault) && (small == dash || slices.Contains(missingInAsh, fault.Feature)) {
		return fault.Pos, fault.Feature
	}
	var at syntax.Pos
	feature := ""
	if small == dash {
		syntax.Walk(s.file, func(n syntax.Node) bool {
			if test, ok := n.(*syntax.TestClause); ok && feature == "" {
				at, feature = test.Pos(), "[["
			}
			return feature == ""
		})
	}
	return at, feature
}

// bashIn reports whether a script hands itself over to bash.
func bashIn(text string) bool { return strings.Contains(text, "exec bash") }

// imageName is the name of an official image, "" for any other.
func imageName(c podContainer) string {
	text, ok := literal(c.node.Get("image"))
	if !ok {
		return ""
	}
	repository, _ := cutTag(text)
	for _, registry := range []string{"docker.io/library/", "library/", "docker.io/"} {
		repository = strings.TrimPrefix(repository, registry)
	}
	if strings.Contains(repository, "/") {
		return ""
	}
	return path.Base(repository)
}
