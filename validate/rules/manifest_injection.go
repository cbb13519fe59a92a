package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var manifestInjection = validate.Rule{
	Name: "manifest-injection", Group: validate.Security, Severity: diag.Warning, Profile: validate.SecurityProfile,
	Summary: "a value from outside stands in a manifest without quotes",
	Why: `A value that holds a line break or a colon adds fields to the object, such as a privileged container. Put the tag into
double quotes, and take whole parts from a ConfigMap, not from a parameter.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  arguments: {parameters: [{name: mode, value: fast}]}
  templates:
  - name: main
    resource:
      action: create
      manifest: |
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: settings}
        data:
          mode: {{workflow.parameters.mode}}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  arguments: {parameters: [{name: mode, value: fast}]}
  templates:
  - name: main
    resource:
      action: create
      manifest: |
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: settings}
        data:
          mode: "{{workflow.parameters.mode}}"
`,
	Check: func(p *validate.Pass) {
		for _, m := range manifests(p) {
			tags, _ := expr.Tags(m.text.Text())
			for _, t := range tags {
				if fromOutside(t) && !quotedIn(m, t) {
					p.Report(diag.Diagnostic{
						Span: m.text.Source(t.Start, t.End), Message: fmt.Sprintf("a line break in the value of %s would add fields to the object", shownTag(t)),
						Help: "put the tag into double quotes",
					})
				}
			}
		}
	},
}

// outsideRoots begin the names of values that somebody else may choose.
var outsideRoots = []string{"inputs.parameters.", "workflow.parameters.", "item", "steps.", "tasks.", "workflow.outputs.", "inputs.parameters["}

// fromOutside reports whether the value of a tag may be anything.
func fromOutside(t expr.Tag) bool {
	if t.Expr && givesNoText(t.Body[1:]) {
		return false
	}
	for _, root := range outsideRoots {
		if t.Expr && strings.Contains(t.Body, root) || !t.Expr && strings.HasPrefix(t.Key, root) {
			switch {
			// Names, states and paths are made by the workflow, not by a value.
			case strings.HasSuffix(t.Key, ".id"), strings.HasSuffix(t.Key, ".ip"), strings.HasSuffix(t.Key, ".status"), strings.HasSuffix(t.Key, ".path"), strings.HasSuffix(t.Key, ".exitCode"):
				return false
			}
			return true
		}
	}
	return false
}

// givesNoText reports whether an expression is certain to give a number, a
// boolean or nothing, in which nobody can hide anything.
func givesNoText(src string) bool {
	e, fault := expr.ParseExpr(src)
	if fault != nil {
		return false
	}
	kind, _ := e.Check(expr.Env{Open: true, Helpers: true}, expr.Unknown)
	return kind == expr.Number || kind == expr.Bool || kind == expr.Nil
}

// shownTag is a tag as the user wrote it.
func shownTag(t expr.Tag) string { return "{{" + shortened(t.Body) + "}}" }

// quotedIn reports whether the tag lies in a quoted scalar of the manifest.
func quotedIn(m manifest, t expr.Tag) bool {
	for _, doc := range m.docs {
		for n := range doc.Root.All() {
			if n.IsScalar() && n.Span.Start < t.Start && t.End < n.Span.End && (n.Style == tree.DoubleQuoted || n.Style == tree.SingleQuoted) {
				return true
			}
		}
	}
	return false
}
