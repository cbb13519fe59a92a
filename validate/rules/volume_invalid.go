package rules

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var volumeInvalid = validate.Rule{
	Name: "volume-invalid", Group: validate.Pods, Severity: diag.Error,
	Summary: "a volume that is mounted has a bad name, two sources, or a claim without what a claim needs",
	Why: `Kubernetes refuses the Pod or the claim. A volume has a name of lower-case letters, digits and hyphens, and one source
such as emptyDir, configMap or secret; a volume claim template has metadata.name, accessModes and a request for storage.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  volumes:
  - {name: work, emptyDir: {}, configMap: {name: settings}}
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
  - {name: work, configMap: {name: settings}}
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [ls, /work]
      volumeMounts:
      - {name: work, mountPath: /work}
`,
	Check: func(p *validate.Pass) {
		for _, o := range p.Project.Objects {
			if o.Spec == nil {
				continue
			}
			mounted := mountedNames(o)
			for _, v := range volumesOf(o) {
				if name := v.Get("name").Text(); name == "" || mounted[name] {
					checkVolume(p, v)
				}
			}
			for _, c := range o.Spec.Node.Get(volumeClaims).List() {
				checkClaim(p, c)
			}
		}
	},
}

// volumesOf are the volumes of the spec and of each template.
func volumesOf(o *ir.Object) []*tree.Node {
	out := slices.Clone(o.Spec.Node.Get("volumes").List())
	for t := range o.AllTemplates() {
		out = append(out, t.Node.Get("volumes").List()...)
	}
	return out
}

func mountedNames(o *ir.Object) map[string]bool {
	names := map[string]bool{}
	for t := range o.AllTemplates() {
		for _, m := range allMounts(o, t) {
			names[m.Get("name").Text()] = true
		}
	}
	return names
}

func checkVolume(p *validate.Pass, v *tree.Node) {
	if v.Kind != tree.Map {
		return
	}
	if v.Get("name").Text() == "" {
		p.Reportf(valuePlace(v, "name"), "this volume has no name")
	} else if name, ok := literal(v.Get("name")); ok {
		checkLabelName(p, v.Get("name"), "volume", name)
	}
	first := ""
	for _, e := range v.Entries {
		switch {
		case e.Key.Value == "name" || e.Value.IsNull():
		case first == "":
			first = e.Key.Value
			checkSource(p, v, e)
		default:
			p.Report(diag.Diagnostic{
				Span: keyPlace(v, e.Key.Value), Message: fmt.Sprintf("a volume has one source, and this one is %s already", first),
				Help: "keep one of the two, or declare a second volume", Related: []diag.Related{{Span: keyPlace(v, first), Message: "the first source"}},
			})
		}
	}
}

// volumeNeeds are what sources of volumes must name.
var volumeNeeds = map[string]string{"persistentVolumeClaim": "claimName", "secret": "secretName", "configMap": "name", "hostPath": "path"}

// checkSource judges what a volume comes from.
func checkSource(p *validate.Pass, v *tree.Node, e tree.Entry) {
	if need := volumeNeeds[e.Key.Value]; need != "" && e.Value.Kind == tree.Map && e.Value.Get(need).IsNull() {
		p.Reportf(keyPlace(v, e.Key.Value), "this %s has no %s", e.Key.Value, need)
	}
	mode := e.Value.Get("defaultMode")
	if number, err := strconv.Atoi(mode.Text()); err == nil && (number < 0 || number > 0o777) {
		p.Report(diag.Diagnostic{
			Span: mode.Place(), Message: fmt.Sprintf("defaultMode must be at most 511, not %d", number),
			Help: "write permissions in octal with a leading 0, such as 0644",
		})
	}
}

// checkLabelName judges a name that must be a DNS label.
func checkLabelName(p *validate.Pass, n *tree.Node, what, name string) {
	if len(validation.IsDNS1123Label(name)) == 0 {
		return
	}
	d := diag.Diagnostic{
		Span:    n.Place(),
		Message: fmt.Sprintf("%s name %q is not one that Kubernetes takes", what, name),
		Help:    "use at most 63 lower-case letters, digits and hyphens, and none of these at either end",
	}
	mended := strings.ToLower(mendedName(name))
	if len(validation.IsDNS1123Label(mended)) == 0 {
		d.Help = fmt.Sprintf("lower-case letters, digits and hyphens are allowed: write %q", mended)
	}
	p.Report(d)
}

func checkClaim(p *validate.Pass, c *tree.Node) {
	if c.Kind != tree.Map {
		return
	}
	spec := c.Get("spec")
	switch {
	case c.At("metadata", "name").Text() == "":
		p.Reportf(valuePlace(c, "metadata"), "this volume claim template has no metadata.name")
	case spec.IsNull():
		p.Reportf(valuePlace(c, "spec"), "this volume claim template has no spec")
	case spec.At("resources", "requests", "storage").IsNull():
		p.Report(diag.Diagnostic{
			Span: valuePlace(spec, "resources"), Message: "this volume claim requests no storage", Help: "add resources: {requests: {storage: 1Gi}}",
		})
	}
	if !spec.IsNull() && len(spec.Get("accessModes").List()) == 0 {
		p.Report(diag.Diagnostic{
			Span: valuePlace(spec, "accessModes"), Message: "this volume claim has no accessModes", Help: "add accessModes: [ReadWriteOnce]",
		})
	}
}
