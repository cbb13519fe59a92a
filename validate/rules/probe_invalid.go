package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var probeInvalid = validate.Rule{
	Name: "probe-invalid", Group: validate.Pods, Severity: diag.Error,
	Summary: "a probe asks in no way or in two, asks a port that has no name, or wants several successes to start",
	Why: `Kubernetes refuses a Pod whose probe has not exactly one of exec, grpc, httpGet and tcpSocket, or whose livenessProbe or
startupProbe has another successThreshold than 1. A port by name is looked up among the ports of the same container, and a
probe that does not find it fails for ever.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    daemon: true
    container:
      image: redis:8
      command: [redis-server]
      readinessProbe: {tcpSocket: {port: 6379}, exec: {command: [redis-cli, ping]}}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    daemon: true
    container:
      image: redis:8
      command: [redis-server]
      readinessProbe: {tcpSocket: {port: 6379}}
`,
	Check: func(p *validate.Pass) {
		for c := range podContainers(p) {
			for _, key := range []string{"livenessProbe", "readinessProbe", "startupProbe"} {
				if probe := c.node.Get(key); probe != nil && probe.Kind == tree.Map && !c.isDefault() {
					checkProbe(p, c.node, key, probe)
				}
			}
		}
	},
}

// probeHandlers are the ways in which a probe may ask.
var probeHandlers = []string{"exec", "grpc", "httpGet", "tcpSocket"}

func checkProbe(p *validate.Pass, container *tree.Node, key string, probe *tree.Node) {
	var ways []string
	for _, e := range probe.Entries {
		if slices.Contains(probeHandlers, e.Key.Value) && !e.Value.IsNull() {
			ways = append(ways, e.Key.Value)
		}
	}
	switch {
	case len(ways) == 0:
		p.Report(diag.Diagnostic{
			Span: keyPlace(container, key), Message: "this " + key + " does not say how to ask", Help: "add exec, grpc, httpGet or tcpSocket",
		})
	case len(ways) > 1:
		p.Report(diag.Diagnostic{
			Span: keyPlace(probe, ways[1]), Message: fmt.Sprintf("a probe asks in one way, and this one by %s already", ways[0]),
			Related: []diag.Related{{Span: keyPlace(probe, ways[0]), Message: "the first way"}},
		})
	}
	if n := probe.Get("successThreshold"); key != "readinessProbe" && n.Text() != "" && n.Text() != "1" && !isDynamic(n) {
		p.Reportf(n.Place(), "the successThreshold of a %s can only be 1", key)
	}
	for _, e := range probe.Entries {
		if number, ok := literal(e.Value); ok && strings.HasPrefix(number, "-") {
			p.Reportf(e.Value.Place(), "%s cannot be negative", e.Key.Value)
		}
	}
	for _, way := range []string{"httpGet", "tcpSocket"} {
		port := probe.At(way, "port")
		if name, ok := literal(port); ok && port.Kind == tree.String && !isNumeral(name) && !namesPort(container, name) {
			p.Report(diag.Diagnostic{
				Span: port.Place(), Message: fmt.Sprintf("this container has no port called %q", name),
				Help: "give the number, or name a port in ports",
			})
		}
	}
}

// namesPort reports whether a port of container has the name, or may have it.
func namesPort(container *tree.Node, name string) bool {
	return slices.ContainsFunc(container.Get("ports").List(), func(port *tree.Node) bool {
		n := port.Get("name")
		return n.Text() == name || isDynamic(n)
	})
}

// isNumeral reports whether text is a whole number without a sign.
func isNumeral(text string) bool {
	return text != "" && !slices.ContainsFunc([]byte(text), func(c byte) bool { return c < '0' || c > '9' })
}
