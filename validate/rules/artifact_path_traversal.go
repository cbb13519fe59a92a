package rules

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var artifactPathTraversal = validate.Rule{
	Name: "artifact-path-traversal", Group: validate.Security, Severity: diag.Error, Argo: diag.Error,
	Summary: "the path of an artifact climbs out of its folder",
	Why: `A path with ".." that leaves the folder it names reads or writes elsewhere than it seems to.
Write the path that is meant.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: main
  templates:
  - name: main
    container:
      image: golang:1.26
      command: [go, build, -o, /app, ./...]
    outputs:
      artifacts:
      - name: app
        path: /out/../app
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: main
  templates:
  - name: main
    container:
      image: golang:1.26
      command: [go, build, -o, /app, ./...]
    outputs:
      artifacts:
      - name: app
        path: /app
`,
	Check: func(p *validate.Pass) {
		for _, l := range artifactLists(p) {
			if !l.use.Template.Type().IsLeaf() {
				continue
			}
			for _, a := range l.Artifacts {
				text := l.text(a.Path)
				// The reference also trips over /a/./b and the like.
				if !climbs(text) || !p.Exact && !slices.Contains(strings.Split(text, "/"), "..") {
					continue
				}
				p.Report(diag.Diagnostic{
					Span:    a.Path.Place(),
					Message: fmt.Sprintf("the path %q leaves the folder it names", shown(a.Path, text)),
					Help:    climbHelp(text),
				})
			}
		}
	},
}

var shortTail = pattern(`/..$`)

// climbs is the reference's test: the part before the first /../, or before a
// last segment of two characters, is a folder that the path must stay below.
func climbs(file string) bool {
	folder, _, found := strings.Cut(file, "/../")
	if !found {
		if !shortTail().MatchString(file) {
			return false
		}
		folder = file[:len(file)-3]
	}
	return folder != "" && !strings.HasPrefix(path.Clean(file), folder+"/")
}

func climbHelp(file string) string {
	if strings.Contains(file, "{{") {
		return ""
	}
	return fmt.Sprintf("write %q if that is meant", path.Clean(file))
}
