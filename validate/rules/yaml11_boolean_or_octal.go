package rules

import (
	"fmt"
	"iter"
	"strconv"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var yaml11BooleanOrOctal = validate.Rule{
	Name: "yaml11-boolean-or-octal", Group: validate.Documents, Severity: diag.Warning,
	Summary: "YAML reads a value as something other than what is written",
	Why: `YAML 1.1, which Kubernetes uses, takes on, off, yes, no, y and n for booleans, 0755 for an octal number and 1_000 for one
with a separator. The workflow sees true, false, 493 and 1000. Put such values in quotes.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: deploy-}
spec:
  entrypoint: deploy
  arguments:
    parameters: [{name: country, value: no}]
  templates:
  - name: deploy
    container: {image: "alpine:3.23", command: [echo, "{{workflow.parameters.country}}"]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: deploy-}
spec:
  entrypoint: deploy
  arguments:
    parameters: [{name: country, value: "no"}]
  templates:
  - name: deploy
    container: {image: "alpine:3.23", command: [echo, "{{workflow.parameters.country}}"]}
`,
	Check: func(p *validate.Pass) {
		for n := range looseValues(p) {
			written := n.Span.Text()
			if n.Style != tree.Plain || !n.Alias.IsZero() || strings.Trim(written, "\"'") != written {
				continue
			}
			switch n.Kind {
			case tree.Bool:
				if strings.EqualFold(written, n.Value) {
					continue
				}
			case tree.Int:
				if written == n.Value || !strings.ContainsAny(written, "_xob") && !strings.HasPrefix(strings.TrimLeft(written, "+-"), "0") {
					continue
				}
			default:
				continue
			}
			p.Report(diag.Diagnostic{
				Span: n.Span, Message: fmt.Sprintf("YAML reads %s as %s", written, n.Value), Help: fmt.Sprintf("write %q if the text is meant", written),
				Fixes: []diag.Fix{{Title: "put " + written + " in quotes", Edits: []diag.Edit{{Span: n.Span, New: strconv.Quote(written)}}}},
			})
		}
	},
}

// looseValues yields the values that may be text, number or boolean: those of
// parameters, and the items of loops.
func looseValues(p *validate.Pass) iter.Seq[*tree.Node] {
	return func(yield func(*tree.Node) bool) {
		for _, o := range p.Project.Objects {
			for _, io := range parameterLists(o) {
				for _, q := range io.Parameters {
					for _, n := range append([]*tree.Node{q.Value, q.Default, q.ValueFrom.Get("default")}, q.Enum.List()...) {
						if n != nil && !yield(n) {
							return
						}
					}
				}
			}
			for c := range o.AllCalls() {
				for n := range c.WithItems.All() {
					if n.IsScalar() && !yield(n) {
						return
					}
				}
			}
		}
	}
}

// parameterLists are all lists of parameters of o, declared or passed.
func parameterLists(o *ir.Object) []ir.IO {
	if o.Spec == nil {
		return nil
	}
	out := []ir.IO{o.Spec.Arguments}
	for t := range o.AllTemplates() {
		out = append(out, t.Inputs, t.Outputs)
	}
	for c := range o.AllCalls() {
		out = append(out, c.Arguments)
	}
	for h := range o.AllHooks() {
		out = append(out, h.Arguments)
	}
	return out
}
