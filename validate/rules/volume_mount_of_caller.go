package rules

import (
	"fmt"
	"slices"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var volumeMountOfCaller = validate.Rule{
	Name: "volume-mount-of-caller", Group: validate.Pods, Severity: diag.Warning,
	Summary: "a template of a WorkflowTemplate that can run by itself mounts a volume that is not declared",
	Why: `A WorkflowTemplate with an entrypoint is meant to be run. Its template finds the volume only when some caller happens
to declare one of that name. Declare it here, too.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: build}
spec:
  entrypoint: main
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
kind: WorkflowTemplate
metadata: {name: build}
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
		for _, u := range p.Trace.Bodies {
			if !u.Run.TemplateMode || runIncomplete(u.Run) || u.Base != u.Run.Object {
				continue
			}
			names, known := useVolumes(u)
			if !known {
				continue
			}
			for _, m := range allMounts(u.Run.Object, u.Template) {
				name := m.Get("name")
				text, ok := literal(name)
				if !ok || slices.Contains(names, text) {
					continue
				}
				help, fixes := nearest(name, text, slices.Values(names))
				if help == "" && u.Run.Entrypoint.Text() == "" {
					continue // a library: its callers bring the volumes
				}
				if help == "" {
					help = "declare it in volumes, or in volumeClaimTemplates"
				}
				p.Report(diag.Diagnostic{
					Span: name.Place(), Message: fmt.Sprintf("%s declares no volume %q", u.Run.Object.Describe(), text),
					Help: help, Fixes: fixes,
				})
			}
		}
	},
}
