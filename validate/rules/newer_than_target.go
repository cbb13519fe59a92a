package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var newerThanTarget = validate.Rule{
	Name: "newer-than-target", Group: validate.Migration, Severity: diag.Warning,
	Summary: "a field is newer than the version of Argo Workflows or Kubernetes that weft.yaml names",
	Why: `An older Argo refuses or drops a field that it does not know, and an older API server drops it without a word. So a lock is
never taken, or a Pod runs with less than it was meant to have. The versions that count are those under argo and kubernetes in weft.yaml.`,
	Bad: `
-- weft.yaml --
argo: "3.5"
-- nightly.yaml --
apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata: {name: nightly}
spec:
  schedules: ["0 2 * * *"]
  when: "{{= cronworkflow.lastScheduledTime == nil }}"
  workflowSpec:
    entrypoint: main
    templates:
    - name: main
      container: {image: "busybox:1.37", command: [echo]}
`,
	Good: `
-- weft.yaml --
argo: "3.6"
-- nightly.yaml --
apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata: {name: nightly}
spec:
  schedules: ["0 2 * * *"]
  when: "{{= cronworkflow.lastScheduledTime == nil }}"
  workflowSpec:
    entrypoint: main
    templates:
    - name: main
      container: {image: "busybox:1.37", command: [echo]}
`,
	Check: func(p *validate.Pass) {
		for _, o := range p.Project.Objects {
			s := p.Settings(o)
			var newer []addition
			for _, a := range additions {
				if v := a.target(s); v != (validate.Version{}) && v.Before(a.since) {
					newer = append(newer, a)
				}
			}
			if len(newer) > 0 {
				reportNewer(p, s, newer, o.Root, []string{o.Kind.String()})
			}
		}
	},
}

// An addition is a field that came with a release.
type addition struct {
	// path is how the path to the field ends, its kind in front and without indices.
	path  string
	since validate.Version
	of    program
}

// program is whose release it was.
type program uint8

const (
	ofArgo program = iota
	ofKubernetes
	ofKubernetesForWeft // counts only where weft makes the Pods
)

var additions = []addition{
	{"CronWorkflow.spec.schedules", validate.Version{Major: 3, Minor: 6}, ofArgo},
	{"CronWorkflow.spec.stopStrategy", validate.Version{Major: 3, Minor: 6}, ofArgo},
	{"CronWorkflow.spec.when", validate.Version{Major: 3, Minor: 6}, ofArgo},
	{"synchronization.mutexes", validate.Version{Major: 3, Minor: 6}, ofArgo},
	{"synchronization.semaphores", validate.Version{Major: 3, Minor: 6}, ofArgo},
	{"templates.annotations", validate.Version{Major: 3, Minor: 6}, ofArgo},
	{"templateDefaults.annotations", validate.Version{Major: 3, Minor: 6}, ofArgo},
	{"mutexes.database", validate.Version{Major: 3, Minor: 7}, ofArgo},
	{"semaphores.database", validate.Version{Major: 3, Minor: 7}, ofArgo},
	{"artifacts.plugin", validate.Version{Major: 4}, ofArgo},

	{"templates.sidecars", validate.Version{Major: 1, Minor: 29}, ofKubernetesForWeft},
	{"initContainers.restartPolicy", validate.Version{Major: 1, Minor: 29}, ofKubernetes},
	{"lifecycle.preStop.sleep", validate.Version{Major: 1, Minor: 30}, ofKubernetes},
	{"securityContext.appArmorProfile", validate.Version{Major: 1, Minor: 30}, ofKubernetes},
	{"volumeMounts.recursiveReadOnly", validate.Version{Major: 1, Minor: 31}, ofKubernetes},
	{"securityContext.supplementalGroupsPolicy", validate.Version{Major: 1, Minor: 33}, ofKubernetes},
	{"spec.podResources", validate.Version{Major: 1, Minor: 34}, ofKubernetes},
	{"templates.podResources", validate.Version{Major: 1, Minor: 34}, ofKubernetes},
	{"spec.resourceClaims", validate.Version{Major: 1, Minor: 34}, ofKubernetes},
	{"templates.resourceClaims", validate.Version{Major: 1, Minor: 34}, ofKubernetes},
	{"volumes.image", validate.Version{Major: 1, Minor: 35}, ofKubernetes},
}

// target is the version that the settings name, zero for none that matters.
func (a addition) target(s *validate.Settings) validate.Version {
	forWeft := s.Target == validate.ForWeft
	switch {
	case a.of == ofArgo && !forWeft:
		return s.Argo
	case a.of == ofKubernetes, a.of == ofKubernetesForWeft && forWeft:
		return s.Kubernetes
	}
	return validate.Version{}
}

// name is what the program is called, and the key for it in weft.yaml.
func (a addition) name() (name, key string) {
	if a.of == ofArgo {
		return "Argo Workflows", "argo"
	}
	return "Kubernetes", "kubernetes"
}

// reportNewer looks for the additions in n, which stands at path.
func reportNewer(p *validate.Pass, s *validate.Settings, newer []addition, n *tree.Node, path []string) {
	for _, item := range n.List() {
		reportNewer(p, s, newer, item, path)
	}
	if n == nil || n.Kind != tree.Map {
		return
	}
	for _, e := range n.Entries {
		if e.Value.IsNull() {
			continue
		}
		at := append(path[:len(path):len(path)], e.Key.Value)
		for _, a := range newer {
			if !endsWith(at, strings.Split(a.path, ".")) {
				continue
			}
			name, key := a.name()
			p.Report(diag.Diagnostic{
				Span:    e.Key.Place(),
				Message: fmt.Sprintf("%q came with %s %s, and these workflows are for %s", e.Key.Value, name, a.since, a.target(s)),
				Help:    fmt.Sprintf("remove it, or raise %s in weft.yaml", key),
			})
		}
		reportNewer(p, s, newer, e.Value, at)
	}
}

func endsWith(path, end []string) bool {
	return len(path) >= len(end) && slices.Equal(path[len(path)-len(end):], end)
}
