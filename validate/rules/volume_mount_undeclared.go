package rules

import (
	"fmt"
	"slices"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var volumeMountUndeclared = validate.Rule{
	Name: "volume-mount-undeclared", Group: validate.Pods, Severity: diag.Error,
	Summary: "a container mounts a volume that is not declared",
	Why: `The Pod cannot be built, and the step fails. A volume is declared in volumes of the template or of the spec, or in
volumeClaimTemplates. Volumes of a WorkflowTemplate count only for workflows that are made from it as a whole: a template that
is called by templateRef sees those of its caller.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  volumes:
  - {name: workdir, emptyDir: {}}
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [ls, /work]
      volumeMounts:
      - {name: work-dir, mountPath: /work}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  volumes:
  - {name: workdir, emptyDir: {}}
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [ls, /work]
      volumeMounts:
      - {name: workdir, mountPath: /work}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			if u.Run.TemplateMode || runIncomplete(u.Run) {
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
