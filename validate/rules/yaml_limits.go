package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var yamlLimits = validate.Rule{
	Name: "yaml-limits", Group: validate.Documents, Severity: diag.Error, Argo: diag.Warning,
	Summary: "a document is too large, too deeply nested, or grows out of bounds through its aliases",
	Why: `A few lines of aliases to aliases unfold to more text than any memory holds. Such a document is refused before it is
unfolded, as in Kubernetes. Write out what is really needed.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  arguments:
    parameters: [{name: config, value: ''}]
  volumes:
  - &a {name: a, emptyDir: {}}
  - name: b
    projected:
      sources: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]
  - name: c
    projected:
      sources: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]
  - name: d
    projected:
      sources: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c]
  - name: e
    projected:
      sources: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d]
  - name: f
    projected:
      sources: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e]
  - name: g
    projected:
      sources: &g [*f, *f, *f, *f, *f, *f, *f, *f, *f]
  - name: h
    projected:
      sources: [*g, *g, *g, *g, *g, *g, *g, *g, *g]
  templates:
  - name: build
    container: {image: "golang:1.26", command: [go, build, ./...]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  volumes:
  - {name: a, emptyDir: {}}
  templates:
  - name: build
    container: {image: "golang:1.26", command: [go, build, ./...]}
`,
}
