package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var volumeDuplicate = validate.Rule{
	Name: "volume-duplicate", Group: validate.Pods, Severity: diag.Warning,
	Summary: "two volumes of one list have the same name",
	Why:     `Only the first is ever mounted; the second is silently ignored. Rename or remove one.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  volumes:
  - {name: work, emptyDir: {}}
  - {name: work, configMap: {name: settings}}
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [ls, /work]
      volumeMounts:
      - {name: work, mountPath: /work}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  volumes:
  - {name: work, emptyDir: {}}
  - {name: settings, configMap: {name: settings}}
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [ls, /work]
      volumeMounts:
      - {name: work, mountPath: /work}
      - {name: settings, mountPath: /settings}
`,
	Check: func(p *validate.Pass) {
		for _, o := range p.Project.Objects {
			if o.Spec == nil {
				continue
			}
			claims := make([]*tree.Node, 0, 4)
			for _, c := range o.Spec.Node.Get(volumeClaims).List() {
				claims = append(claims, c.Get("metadata"))
			}
			reportRepeated(p, append(o.Spec.Node.Get("volumes").List(), claims...), "volume")
			for t := range o.AllTemplates() {
				reportRepeated(p, t.Node.Get("volumes").List(), "volume")
			}
		}
	},
}

// reportRepeated reports the entries of a list that bear the name of an earlier one.
func reportRepeated(p *validate.Pass, list []*tree.Node, what string) {
	first := map[string]*tree.Node{}
	for _, n := range list {
		name, ok := literal(n.Get("name"))
		if !ok {
			continue
		}
		if before := first[name]; before != nil {
			p.Report(diag.Diagnostic{
				Span: n.Get("name").Place(), Message: fmt.Sprintf("another %s is called %q, too", what, name),
				Related: []diag.Related{{Span: before.Get("name").Place(), Message: "first used here"}},
			})
			continue
		}
		first[name] = n
	}
}
