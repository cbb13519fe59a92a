package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var separatorInsideBlockScalar = validate.Rule{
	Name: "separator-inside-block-scalar", Group: validate.Documents, Severity: diag.Warning,
	Summary: "a line of a script that begins with --- ends the document",
	Why: `Files are split at every line that begins with "---", before YAML is read: the rest of the script is cut off and
lost. Indent the line like the rest of the script.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: release-}
spec:
  entrypoint: release
  templates:
  - name: release
    script:
      image: alpine:3.23
      command: [sh]
      source: |
        cat > notes.md <<'END'
---title: Release notes
        END
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: release-}
spec:
  entrypoint: release
  templates:
  - name: release
    script:
      image: alpine:3.23
      command: [sh]
      source: |
        cat > notes.md <<'END'
        ---title: Release notes
        END
`,
}
