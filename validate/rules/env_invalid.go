package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var envInvalid = validate.Rule{
	Name: "env-invalid", Group: validate.Pods, Severity: diag.Error,
	Summary: "an environment variable has no name, a value from two places, or a reference without what it needs",
	Why: `Kubernetes refuses the Pod, or never starts it. A variable has a name and either value or valueFrom; valueFrom has one
source; secretKeyRef and configMapKeyRef have name and key.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [env]
      env:
      - name: TOKEN
        valueFrom: {secretKeyRef: {name: registry}}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [env]
      env:
      - name: TOKEN
        valueFrom: {secretKeyRef: {name: registry, key: token}}
`,
	Check: func(p *validate.Pass) {
		for c := range podContainers(p) {
			for _, e := range c.node.Get("env").List() {
				if e.Kind == tree.Map {
					checkEnv(p, e)
				}
			}
			for _, e := range c.node.Get("envFrom").List() {
				if e.Kind == tree.Map && !e.Has("configMapRef") && !e.Has("secretRef") {
					p.Report(diag.Diagnostic{
						Span: e.Place(), Message: "this entry of envFrom names no source", Help: "add configMapRef or secretRef",
					})
				}
			}
		}
	},
}

func checkEnv(p *validate.Pass, e *tree.Node) {
	switch name := e.Get("name"); {
	case name.Text() == "" && (name.IsNull() || name.IsScalar()):
		p.Reportf(valuePlace(e, "name"), "this environment variable has no name")
	case strings.Contains(withoutTags(name.Text()), "="):
		p.Reportf(name.Place(), "the name of an environment variable cannot hold =")
	}
	from := e.Get("valueFrom")
	if from.IsNull() || from.Kind != tree.Map {
		return
	}
	if e.Get("value").Text() != "" {
		p.Report(diag.Diagnostic{
			Span: keyPlace(e, "valueFrom"), Message: "this variable has value and valueFrom", Help: "keep one of the two",
			Related: []diag.Related{{Span: keyPlace(e, "value"), Message: "the value"}},
		})
	}
	var sources []string
	for _, s := range from.Entries {
		if !s.Value.IsNull() {
			sources = append(sources, s.Key.Value)
		}
	}
	switch {
	case len(sources) == 0:
		p.Reportf(keyPlace(e, "valueFrom"), "valueFrom names no source")
	case len(sources) > 1:
		p.Reportf(keyPlace(from, sources[1]), "valueFrom has one source, and this one is %s already", sources[0])
	}
	checkKeyRefs(p, from)
}

func checkKeyRefs(p *validate.Pass, from *tree.Node) {
	for _, key := range []string{"secretKeyRef", "configMapKeyRef"} {
		ref := from.Get(key)
		if ref.IsNull() || ref.Kind != tree.Map {
			continue
		}
		for _, need := range []string{"name", "key"} {
			if n := ref.Get(need); n.IsNull() || n.IsScalar() && n.Text() == "" {
				at := keyPlace(from, key)
				if ref.Entry(need) != nil {
					at = valuePlace(ref, need)
				}
				p.Report(diag.Diagnostic{Span: at, Message: fmt.Sprintf("this %s has no %s", key, need)})
			}
		}
	}
	if field := from.Get("fieldRef"); !field.IsNull() && field.Get("fieldPath").IsNull() {
		p.Reportf(keyPlace(from, "fieldRef"), "this fieldRef has no fieldPath")
	}
}
