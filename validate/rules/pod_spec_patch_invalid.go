package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/yaml"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/schema"
)

var podSpecPatchInvalid = validate.Rule{
	Name: "pod-spec-patch-invalid", Group: validate.Pods, Severity: diag.Error,
	Summary: "a podSpecPatch is not YAML, or not an object",
	Why:     `The patch is applied to the finished Pod; when it cannot be read, the step ends in an error. Write it as a part of a PodSpec.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    podSpecPatch: '{"containers": [{"name": "main"}'
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    podSpecPatch: '{"containers": [{"name": "main"}]}'
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for n := range podSpecPatches(p) {
			if strings.HasPrefix(strings.TrimSpace(n.Text()), "{{") {
				continue
			}
			checkPatch(p, n)
		}
	},
}

// podSpecPatches yields the patches of specs and templates.
func podSpecPatches(p *validate.Pass) func(func(*tree.Node) bool) {
	return func(yield func(*tree.Node) bool) {
		for _, o := range p.Project.Objects {
			if o.Spec == nil {
				continue
			}
			for _, n := range []*tree.Node{o.Spec.Node.Get("podSpecPatch"), o.Spec.Node.At("artifactGC", "podSpecPatch")} {
				if strings.TrimSpace(n.Text()) != "" && !yield(n) {
					return
				}
			}
		}
		for _, t := range podTemplates(p) {
			if n := t.Node.Get("podSpecPatch"); strings.TrimSpace(n.Text()) != "" && !yield(n) {
				return
			}
		}
	}
}

func checkPatch(p *validate.Pass, n *tree.Node) {
	docs, findings := yaml.Parse(source.NewFile("patch", withoutTags(n.Text())))
	for _, d := range findings.Sorted() {
		if d.Rule == yaml.RuleSyntax {
			// A tag may stand for more than a word, but not on the way to a fault before it.
			if i := strings.Index(n.Text(), "{{"); i >= 0 && i < d.Span.End {
				return
			}
			p.Report(diag.Diagnostic{Span: n.Source(d.Span.Start, d.Span.End), Message: "the patch is not YAML: " + d.Message, Help: d.Help})
			return
		}
	}
	if len(docs) == 0 || docs[0].Root == nil {
		return
	}
	if docs[0].Root.Kind != tree.Map {
		p.Reportf(n.Place(), "%s", fmt.Sprintf("the patch is a %s, not a part of a PodSpec", docs[0].Root.Kind))
		return
	}
	checkPatchFields(p, n, docs[0].Root)
}

// checkPatchFields reports keys that no PodSpec and no container has: the patch
// goes through a decoder that drops them.
func checkPatchFields(p *validate.Pass, n, root *tree.Node) {
	for _, e := range root.Entries {
		key := e.Key.Value
		if strings.HasPrefix(key, "$") || strings.HasPrefix(key, "xxxx") || slices.Contains(podSpecFields, key) {
			continue
		}
		p.Report(diag.Diagnostic{
			Span: n.Source(e.Key.Span.Start, e.Key.Span.End), Message: fmt.Sprintf("a PodSpec has no field %q, so Argo drops it", key),
			Help: diag.DidYouMean(key, slices.Values(podSpecFields)),
		})
	}
	for _, list := range []string{"containers", "initContainers"} {
		for _, c := range root.Get(list).List() {
			schema.Check(c, "core.Container", schema.Options{Templates: true}, func(f schema.Finding) {
				if f.Rule == schema.UnknownField && !strings.HasPrefix(f.Span.Text(), "$") && !strings.HasPrefix(f.Span.Text(), "xxxx") {
					p.Report(diag.Diagnostic{Span: n.Source(f.Span.Start, f.Span.End), Message: f.Message, Help: f.Help})
				}
			})
		}
	}
}

// podSpecFields are the fields of a PodSpec.
var podSpecFields = strings.Fields(`activeDeadlineSeconds affinity automountServiceAccountToken containers dnsConfig dnsPolicy
		enableServiceLinks ephemeralContainers hostAliases hostIPC hostNetwork hostPID hostUsers hostname hostnameOverride imagePullSecrets
		initContainers nodeName nodeSelector os overhead preemptionPolicy priority priorityClassName readinessGates resourceClaims
		resources restartPolicy runtimeClassName schedulerName schedulingGates securityContext serviceAccount serviceAccountName
		setHostnameAsFQDN shareProcessNamespace subdomain terminationGracePeriodSeconds tolerations topologySpreadConstraints
		volumes workloadRef`)
