package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/types"
)

var unknownTagRoot = validate.Rule{
	Name: "unknown-tag-root", Group: validate.References, Severity: diag.Warning,
	Summary: "a tag begins with a word that is nearly one of the known ones",
	Why:     `Tags with a first word that is not known stay in the text as they are, braces included. Correct the word.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: print-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: print, template: print, arguments: {parameters: [{name: text, value: hello}]}}
  - name: print
    inputs: {parameters: [{name: text}]}
    container: {image: "alpine:3.23", command: [echo, "{{input.parameters.text}}"]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: print-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: print, template: print, arguments: {parameters: [{name: text, value: hello}]}}
  - name: print
    inputs: {parameters: [{name: text}]}
    container: {image: "alpine:3.23", command: [echo, "{{inputs.parameters.text}}"]}
`,
	Check: func(p *validate.Pass) {
		for _, o := range p.Project.Objects {
			if o.Spec == nil {
				continue
			}
			for t := range specTags(p, o) {
				if near, ok := nearRoot(t.Key); ok {
					root, _, _ := strings.Cut(t.Key, ".")
					at := t.keySpan(0, len(root))
					p.Report(diag.Diagnostic{
						Span: at, Message: fmt.Sprintf("{{%s}} stays in the text: no tag begins with %q", t.Key, root), Help: fmt.Sprintf("did you mean %q?", near),
						Fixes: []diag.Fix{{Title: fmt.Sprintf("write %q", near), Edits: []diag.Edit{{Span: at, New: near}}}},
					})
				}
			}
		}
	},
}

// tagRoots are the first words of tags, and what may follow them: at the second
// place, or at the third where the second is a name of the user's own.
var tagRoots = []struct {
	root  string
	place int
	parts []string
}{
	{"inputs", 1, []string{"parameters", "artifacts"}},
	{"outputs", 1, []string{"parameters", "artifacts", "result"}},
	{"workflow", 1, []string{"name", "namespace", "uid", "serviceAccountName", "mainEntrypoint", "status", "failures", "parameters", "labels", "annotations", "outputs", "priority", "duration", "creationTimestamp", "scheduledTime"}},
	{"steps", 2, []string{"id", "status", "outputs", "exitCode", "ip", "startedAt", "finishedAt", "hostNodeName"}},
	{"tasks", 2, []string{"id", "status", "outputs", "exitCode", "ip", "startedAt", "finishedAt", "hostNodeName"}},
	{"lastRetry", 1, types.LastRetry(true)},
}

// nearRoot is the root that the first word of key is a slip of. What follows
// must be right, since tags may be those of another language.
func nearRoot(key string) (string, bool) {
	parts := strings.Split(key, ".")
	for _, r := range tagRoots {
		if parts[0] == r.root {
			return "", false
		}
	}
	for _, r := range tagRoots {
		if _, ok := diag.Nearest(parts[0], slices.Values([]string{r.root})); ok && len(parts) > r.place && slices.Contains(r.parts, parts[r.place]) {
			return r.root, true
		}
	}
	return "", false
}
