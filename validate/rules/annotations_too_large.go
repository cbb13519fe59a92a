package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var annotationsTooLarge = validate.Rule{
	Name: "annotations-too-large", Group: validate.Control, Severity: diag.Error,
	Summary: "the annotations of an object are larger than Kubernetes allows",
	Why: `All annotations of an object together, keys and values, may have 256 KiB. The API server refuses more. Keep large texts
in a ConfigMap.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata:
  generateName: build-
  annotations: {a: &a "` + text64Ki + `", b: *a, c: *a, d: *a}
spec:
  entrypoint: build
  templates:
  - name: build
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata:
  generateName: build-
  annotations: {notes: short}
spec:
  entrypoint: build
  templates:
  - name: build
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		const most = 256 << 10
		for _, o := range p.Project.Objects {
			size := 0
			annotations := o.Annotations()
			if annotations == nil {
				continue
			}
			for _, e := range annotations.Entries {
				size += len(e.Key.Value) + len(e.Value.Text())
			}
			if size > most {
				p.Reportf(keyPlace(o.Metadata, "annotations"), "the annotations have %d bytes, and Kubernetes takes %d", size, most)
			}
		}
	},
}
