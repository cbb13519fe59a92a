package rules

import (
	"iter"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate/trace"
)

// volumeClaims is the field of a spec whose entries become volumes, too.
const volumeClaims = "volumeClaimTemplates"

// specVolumes yields the names of the volumes that o declares for all its templates.
func specVolumes(o *ir.Object) iter.Seq[*tree.Node] {
	return func(yield func(*tree.Node) bool) {
		if o == nil || o.Spec == nil {
			return
		}
		for _, v := range o.Spec.Node.Get("volumes").List() {
			if !yield(v.Get("name")) {
				return
			}
		}
		for _, v := range o.Spec.Node.Get(volumeClaims).List() {
			if !yield(v.At("metadata", "name")) {
				return
			}
		}
		if o.Spec.Defaults != nil {
			for _, v := range o.Spec.Defaults.Node.Get("volumes").List() {
				if !yield(v.Get("name")) {
					return
				}
			}
		}
	}
}

// useVolumes are the names of the volumes that a template sees when it runs
// for the object of its run. known is false when some of them are not known
// before the run.
func useVolumes(u *trace.Use) (names []string, known bool) {
	for _, o := range []*ir.Object{u.Run.Object, u.Run.Ref} {
		for n := range specVolumes(o) {
			names = append(names, n.Text())
		}
	}
	for _, v := range u.Template.Node.Get("volumes").List() {
		names = append(names, v.Get("name").Text())
	}
	for _, n := range names {
		if strings.Contains(n, "{{") {
			return nil, false
		}
	}
	return names, !patchesVolumes(u)
}

// patchesVolumes reports whether a podSpecPatch may bring in volumes.
func patchesVolumes(u *trace.Use) bool {
	specs := []*tree.Node{u.Template.Node}
	for _, o := range []*ir.Object{u.Run.Object, u.Run.Ref} {
		if o == nil {
			continue
		}
		specs = append(specs, o.Spec.Node)
		if o.Spec.Defaults != nil {
			specs = append(specs, o.Spec.Defaults.Node)
		}
	}
	for _, s := range specs {
		if patch := s.Get("podSpecPatch").Text(); strings.Contains(patch, "volumes") || strings.Contains(patch, "{{") {
			return true
		}
	}
	return false
}

// runIncomplete reports whether the run is built from a template that was not read.
func runIncomplete(r *trace.Run) bool {
	return r.Object.Spec.Ref != nil && r.Ref == nil
}

// mounts are the volumes that a container mounts.
func mounts(c podContainer) []*tree.Node {
	var out []*tree.Node
	for _, m := range c.node.Get("volumeMounts").List() {
		if m.Kind == tree.Map {
			out = append(out, m)
		}
	}
	return out
}

// setMounts are the mounts that all containers of a set share.
func setMounts(o *ir.Object, t *ir.Template) []*tree.Node {
	return mounts(podContainer{object: o, template: t, node: t.Node.Get("containerSet"), part: "containerSet"})
}

// allMounts are the mounts of every container of a template.
func allMounts(o *ir.Object, t *ir.Template) []*tree.Node {
	out := setMounts(o, t)
	for _, c := range containersOf(o, t) {
		out = append(out, mounts(c)...)
	}
	return out
}
