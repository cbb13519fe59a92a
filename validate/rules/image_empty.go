package rules

import (
	"fmt"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

var imageEmpty = validate.Rule{
	Name: "image-empty", Group: validate.Pods, Severity: diag.Error, Argo: diag.Error,
	Summary: "a container or script template has no image",
	Why:     `A Pod cannot start without an image. Name one in the template, or in the container or script of templateDefaults.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    container: {command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			t := u.Template
			if t.Type() != ir.Container && t.Type() != ir.Script || hasImage(p, u) {
				continue
			}
			d := diag.Diagnostic{
				Span:    bodyPlace(t),
				Message: fmt.Sprintf("the %s of %s has no image", t.Type().Key(), t.Describe()),
				Help:    `add one, such as image: "alpine:3.23"`,
			}
			if image := t.Body().Get("image"); !image.IsNull() {
				d.Span = image.Place()
			}
			if defaultImage(u.Base.Spec, t.Type().Key()) {
				d.Span, d.Help = u.Place, "give the template an image of its own, or "+u.Run.Object.Describe()+" the same templateDefaults"
				d.Message = fmt.Sprintf("called through templateRef, %s has no image: the templateDefaults of %s do not count here", t.Describe(), u.Base.Describe())
				d.Related = []diag.Related{{Span: templatePlace(t), Message: "the template"}}
			}
			p.Report(d)
		}
	},
}

// hasImage reports whether the body names an image, or defaults do.
func hasImage(p *validate.Pass, u *trace.Use) bool {
	key := u.Template.Type().Key()
	if u.Text(u.Template.Body().Get("image")) != "" {
		return true
	}
	if defaultImage(u.Run.Object.Spec, key) && (!p.Exact || u.Base == u.Run.Object) {
		return true
	}
	if p.Exact {
		return u.Base.Kind != ir.ClusterWorkflowTemplate && defaultImage(u.Base.Spec, key)
	}
	// Only those of the workflow that runs count, or of what all of it is taken
	// from; the reference's linter takes others for them.
	return u.Base == u.Run.Ref && defaultImage(u.Base.Spec, key)
}

func defaultImage(s *ir.Spec, key string) bool {
	return s.Defaults != nil && s.Defaults.Node.At(key, "image").Text() != ""
}
