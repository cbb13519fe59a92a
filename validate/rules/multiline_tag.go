package rules

import (
	"slices"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/validate"
)

var multilineTag = validate.Rule{
	Name: "multiline-tag", Group: validate.References, Severity: diag.Warning,
	Summary: "a line break or tab inside {{ }} keeps the tag from being filled in",
	Why: `Around the name only blanks may stand between the braces. With a line break or tab the tag is neither checked nor filled
in, and stays in the text.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: print-}
spec:
  entrypoint: print
  templates:
  - name: print
    script:
      image: alpine:3.23
      command: [sh]
      source: |
        echo {{
          workflow.name
        }}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: print-}
spec:
  entrypoint: print
  templates:
  - name: print
    script:
      image: alpine:3.23
      command: [sh]
      source: |
        echo {{workflow.name}}
`,
	Check: func(p *validate.Pass) {
		refused := map[source.Span]bool{}
		for _, u := range p.Trace.Unresolved {
			refused[u.Span] = true
		}
		for _, o := range p.Project.Objects {
			if o.Spec == nil {
				continue
			}
			for t := range specTags(p, o) {
				root, _, dotted := strings.Cut(t.Key, ".")
				if !strings.ContainsAny(t.Body, "\n\r\t") || strings.ContainsAny(t.Key, " \n\r\t") || !dotted || !slices.Contains(policedRoots, root) || refused[t.span()] {
					continue
				}
				p.Report(diag.Diagnostic{
					Span: t.span(), Message: "a line break or tab inside the braces keeps this tag from being filled in", Help: "write {{" + t.Key + "}}",
					Fixes: []diag.Fix{{Title: "write it without", Edits: []diag.Edit{{Span: t.span(), New: "{{" + t.Key + "}}"}}}},
				})
			}
		}
	},
}

// policedRoots are the first words of tags that must be known.
var policedRoots = []string{"inputs", "outputs", "workflow", "steps", "tasks", "item", "pod"}
