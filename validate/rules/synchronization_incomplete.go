package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var synchronizationIncomplete = validate.Rule{
	Name: "synchronization-incomplete", Group: validate.Control, Severity: diag.Error,
	Summary: "a mutex or semaphore does not say which one it is",
	Why: `A mutex needs a name. A semaphore takes its limit either from a key of a ConfigMap (configMapKeyRef) or from a database
(database): one of the two. Otherwise the step ends in an error, or never starts.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: deploy-}
spec:
  entrypoint: deploy
  synchronization:
    mutexes: [{namespace: shared}]
  templates:
  - name: deploy
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: deploy-}
spec:
  entrypoint: deploy
  synchronization:
    mutexes: [{name: production, namespace: shared}]
  templates:
  - name: deploy
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for s := range settings(p, "synchronization") {
			for _, m := range s.node.Get("mutexes").List() {
				if m.Kind == tree.Map && m.Get("name").Text() == "" {
					p.Report(diag.Diagnostic{Span: valuePlace(m, "name"), Message: "this mutex has no name", Help: "add a name; holders of the same name wait for each other"})
				}
			}
			for _, m := range s.node.Get("semaphores").List() {
				if m.Kind == tree.Map {
					checkSemaphore(p, m)
				}
			}
		}
	},
}

func checkSemaphore(p *validate.Pass, n *tree.Node) {
	const help = "a semaphore takes its limit from one of configMapKeyRef and database"
	ref, database := n.Get("configMapKeyRef"), n.Get("database")
	switch {
	case ref.IsNull() && database.IsNull():
		p.Report(diag.Diagnostic{Span: headPlace(n), Message: "this semaphore does not say where its limit is", Help: help})
	case !ref.IsNull() && !database.IsNull():
		p.Report(diag.Diagnostic{Span: keyPlace(n, "database"), Message: "this semaphore has two limits", Help: help})
	case ref != nil && ref.Kind == tree.Map:
		for _, key := range []string{"name", "key"} {
			if ref.Get(key).Text() == "" {
				p.Reportf(valuePlace(ref, key), "the configMapKeyRef of this semaphore has no %s", key)
			}
		}
	case database != nil && database.Kind == tree.Map && database.Get("key").Text() == "":
		p.Reportf(valuePlace(database, "key"), "the database limit of this semaphore has no key")
	}
}
