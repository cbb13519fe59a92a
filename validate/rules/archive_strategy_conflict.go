package rules

import (
	"fmt"
	"strconv"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var archiveStrategyConflict = validate.Rule{
	Name: "archive-strategy-conflict", Group: validate.DataFlow, Severity: diag.Warning,
	Summary: "an artifact is to be archived in two ways, or at a level that does not exist",
	Why:     `Only one archive strategy counts, and compression levels run from -1 (default) to 9 (smallest). Keep one strategy, with a level in that range.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    outputs:
      artifacts:
      - {name: data, path: /tmp/data, archive: {tar: {}, none: {}}}
    container: {image: "alpine:3.23", command: [ls, /tmp/data]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    outputs:
      artifacts:
      - {name: data, path: /tmp/data, archive: {none: {}}}
    container: {image: "alpine:3.23", command: [ls, /tmp/data]}
`,
	Check: func(p *validate.Pass) {
		for a := range artifacts(p) {
			archive := a.Node.Get("archive")
			var chosen []string
			for _, key := range []string{"none", "tar", "zip"} {
				if archive.Has(key) {
					chosen = append(chosen, key)
				}
			}
			if len(chosen) > 1 {
				p.Report(diag.Diagnostic{Span: keyPlace(archive, chosen[1]), Message: "this artifact is archived as " + chosen[0] + " and as " + chosen[1], Help: "keep one of them"})
			}
			level := archive.At("tar", "compressionLevel")
			if i, err := strconv.Atoi(level.Text()); err == nil && (i < -2 || i > 9) {
				p.Report(diag.Diagnostic{Span: level.Place(), Message: fmt.Sprintf("there is no compression level %d", i), Help: "levels run from -1 to 9"})
			}
		}
	},
}
