package rules

import (
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var executorPluginIncomplete = validate.Rule{
	Name: "executor-plugin-incomplete", Group: validate.Structure, Severity: diag.Error, Argo: diag.Error,
	Summary: "an executor plugin lacks a name, a port, resources or a security context",
	Why: `The plugin runs as a sidecar beside every agent Pod. It is reached through its port and must state what it needs,
so that it cannot starve or endanger others. Add what is missing.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: hello-}
spec:
  entrypoint: main
  executorPlugins:
  - metadata: {name: hello}
    spec:
      sidecar:
        container:
          name: hello
          image: hello-plugin:1.4
          resources:
            requests: {cpu: 100m, memory: 64Mi}
          securityContext: {runAsNonRoot: true}
  templates:
  - name: main
    plugin: {hello: {}}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: hello-}
spec:
  entrypoint: main
  executorPlugins:
  - metadata: {name: hello}
    spec:
      sidecar:
        container:
          name: hello
          image: hello-plugin:1.4
          ports: [{containerPort: 4355}]
          resources:
            requests: {cpu: 100m, memory: 64Mi}
            limits: {cpu: 200m, memory: 128Mi}
          securityContext: {runAsNonRoot: true}
  templates:
  - name: main
    plugin: {hello: {}}
`,
	Check: func(p *validate.Pass) {
		for _, r := range p.Trace.Runs {
			for _, plugin := range r.Object.Spec.Node.Get("executorPlugins").List() {
				var missing, paths []string
				for _, part := range pluginParts {
					if !part.present(plugin) {
						missing, paths = append(missing, part.name), append(paths, part.path)
					}
				}
				if missing == nil {
					continue
				}
				p.Report(diag.Diagnostic{
					Span:    executorPluginPlace(plugin),
					Message: "this executor plugin has no " + strings.Join(missing, ", no "),
					Help:    "add " + strings.Join(paths, ", "),
				})
			}
		}
	},
}

// pluginParts are what every executor plugin must have.
var pluginParts = [...]struct {
	name, path string
	present    func(plugin *tree.Node) bool
}{
	{"name", "metadata.name", func(n *tree.Node) bool { return n.At("metadata", "name").Text() != "" }},
	{"port", "spec.sidecar.container.ports", func(n *tree.Node) bool { return len(pluginContainer(n).Get("ports").List()) > 0 }},
	{"resource requests", "spec.sidecar.container.resources.requests", func(n *tree.Node) bool { return pluginContainer(n).Get("resources").Has("requests") }},
	{"resource limits", "spec.sidecar.container.resources.limits", func(n *tree.Node) bool { return pluginContainer(n).Get("resources").Has("limits") }},
	{"security context", "spec.sidecar.container.securityContext", func(n *tree.Node) bool { return pluginContainer(n).Has("securityContext") }},
}

func pluginContainer(plugin *tree.Node) *tree.Node { return plugin.At("spec", "sidecar", "container") }

func executorPluginPlace(plugin *tree.Node) source.Span {
	if name := plugin.At("metadata", "name"); name.Text() != "" {
		return name.Place()
	}
	return valuePlace(plugin, "metadata")
}
