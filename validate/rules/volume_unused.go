package rules

import (
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

var volumeUnused = validate.Rule{
	Name: "volume-unused", Group: validate.DeadWeight, Severity: diag.Info,
	Summary: "a volume is declared and mounted nowhere",
	Why:     `It does nothing, and often shows that a mount was forgotten or misspelt. A claim template that nothing mounts still costs storage.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  volumes:
  - {name: work, emptyDir: {}}
  templates:
  - name: main
    container: {image: "alpine:3.23", command: [ls, /work]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  volumes:
  - {name: work, emptyDir: {}}
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [ls, /work]
      volumeMounts:
      - {name: work, mountPath: /work}
`,
	Check: func(p *validate.Pass) {
		mounted, open := map[*ir.Object]map[string]bool{}, map[*ir.Object]bool{}
		for _, l := range p.Trace.Lookups {
			open[l.Run.Object] = true
		}
		for _, u := range p.Trace.Bodies {
			o := u.Run.Object
			if mounted[o] == nil {
				mounted[o] = map[string]bool{}
			}
			open[o] = open[o] || !mountsKnown(u, mounted[o])
		}
		for o, names := range mounted {
			// Templates of others may mount the volumes of a workflow, and callers may be anywhere.
			if open[o] || o.Kind != ir.Workflow && o.Kind != ir.CronWorkflow {
				continue
			}
			for n := range specVolumes(o) {
				if name, ok := literal(n); ok && !names[name] {
					p.Reportf(n.Place(), "volume %q is mounted nowhere", name)
				}
			}
		}
	},
}

// mountsKnown adds what a template mounts to names. It is false when that is
// not all known.
func mountsKnown(u *trace.Use, names map[string]bool) bool {
	if runIncomplete(u.Run) || patchesVolumes(u) {
		return false
	}
	for _, c := range bodyCalls(u) {
		if c.Callee.Target == nil {
			return false
		}
	}
	for _, m := range allMounts(u.Run.Object, u.Template) {
		name, ok := literal(m.Get("name"))
		if !ok {
			return false
		}
		names[name] = true
	}
	return true
}
