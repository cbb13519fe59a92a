package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var unknownOutputSelfReference = validate.Rule{
	Name: "unknown-output-self-reference", Group: validate.References, Severity: diag.Error,
	Summary: "a template uses an output of its own that it does not declare",
	Why: `{{outputs.parameters.NAME.path}} and the like stand for outputs of the same template. Of one that is not declared the
braces stay in the text. Correct the name.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: print-}
spec:
  entrypoint: print
  templates:
  - name: print
    container: {image: "alpine:3.23", command: [touch, "{{outputs.artifacts.lgo.path}}"]}
    outputs: {artifacts: [{name: log, path: /tmp/log}]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: print-}
spec:
  entrypoint: print
  templates:
  - name: print
    container: {image: "alpine:3.23", command: [touch, "{{outputs.artifacts.log.path}}"]}
    outputs: {artifacts: [{name: log, path: /tmp/log}]}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			for t := range ownTags(p, u.Template) {
				for _, kind := range []string{parameter, artifact} {
					prefix := "outputs." + kind + "s."
					rest, ok := strings.CutPrefix(t.Key, prefix)
					if !ok {
						continue
					}
					name, _, _ := strings.Cut(rest, ".")
					declared := declaredNames(u.Template.Outputs, kind)
					if declared[name] || declared[rest] {
						continue
					}
					p.Report(diag.Diagnostic{
						Span: t.keySpan(len(prefix), len(prefix)+len(name)), Message: fmt.Sprintf("%s has no output %s %q", u.Template.Describe(), kind, name),
						Help: diag.DidYouMean(name, slices.Values(slices.Sorted(maps.Keys(declared)))),
					})
				}
			}
		}
	},
}
