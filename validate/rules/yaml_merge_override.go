package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var yamlMergeOverride = validate.Rule{
	Name: "yaml-merge-override", Group: validate.Documents, Severity: diag.Error, Argo: diag.Warning,
	Summary: "a key stands both in a map and in one that is merged into it with <<",
	Why: `YAML lets a map override what it merges in. Kubernetes' reader takes the two for a duplicate key and refuses the
document, which the reference then passes over in silence. Leave the key out of the merged map, or write the map out.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  templates:
  - name: build
    container: &go
      image: golang:1.26
      command: [go, build, ./...]
  - name: test
    container:
      <<: *go
      command: [go, test, ./...]
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  templates:
  - name: build
    container:
      <<: &go {image: "golang:1.26", workingDir: /src}
      command: [go, build, ./...]
  - name: test
    container:
      <<: *go
      command: [go, test, ./...]
`,
}
