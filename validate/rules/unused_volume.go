package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var unusedVolume = validate.Rule{
	Name: "unused-volume", Group: validate.DeadWeight, Severity: diag.Info,
	Summary: "a volume is mounted nowhere",
	Why:     `No container of the workflow mounts it. A claim is made for it all the same. Mount it or remove it.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  volumes: [{name: cache, emptyDir: {}}]
  templates:
  - name: build
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  volumes: [{name: cache, emptyDir: {}}]
  templates:
  - name: build
    container: {image: "alpine:3.23", command: [date], volumeMounts: [{name: cache, mountPath: /cache}]}
`,
	Check: func(p *validate.Pass) {
		mounted := projectMounts(p.Project)
		for _, o := range p.Project.Objects {
			if o.Spec == nil {
				continue
			}
			lists := [][]*tree.Node{o.Spec.Node.Get("volumes").List(), o.Spec.Node.Get("volumeClaimTemplates").List()}
			for t := range o.AllTemplates() {
				lists = append(lists, t.Node.Get("volumes").List())
			}
			_, known := reachable(o)
			if !known && o.Spec.Entrypoint != nil {
				continue
			}
			for _, list := range lists {
				for _, v := range list {
					n := v.Get("name")
					if n == nil {
						n = v.At("metadata", "name")
					}
					if name := n.Text(); name != "" && !isDynamic(n) && !mounted(name) {
						p.Report(diag.Diagnostic{Span: n.Place(), Message: fmt.Sprintf("nothing mounts volume %q", name), Help: "mount it, or remove it"})
					}
				}
			}
		}
	},
}

// projectMounts tells which volumes some container of p mounts, or may mount by
// a patch or by a name that is known only to the run.
func projectMounts(p *ir.Project) func(name string) bool {
	names, open := map[string]bool{}, false
	var patches []string
	for _, o := range p.Objects {
		for n := range o.Root.All() {
			for _, key := range []string{"volumeMounts", "volumeDevices"} {
				for _, m := range n.Get(key).List() {
					names[m.Get("name").Text()] = true
					open = open || isDynamic(m.Get("name"))
				}
			}
			if patch := n.Get("podSpecPatch").Text(); patch != "" {
				patches = append(patches, patch)
			}
		}
	}
	return func(name string) bool {
		return open || names[name] || slices.ContainsFunc(patches, func(s string) bool { return strings.Contains(s, name) })
	}
}
