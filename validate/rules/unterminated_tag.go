package rules

import (
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/validate"
)

var unterminatedTag = validate.Rule{
	Name: "unterminated-tag", Group: validate.References, Severity: diag.Error, Argo: diag.Error,
	Summary: "a {{ is not closed by }}",
	Why: `The reference reads on from the opening braces to the next }}, even if that belongs to another field, and refuses the
workflow when it finds none, or takes what it read for a name that nobody knows. Close the tag with two braces.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: hello-}
spec:
  entrypoint: main
  arguments:
    parameters: [{name: message, value: hello}]
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [echo, "{{workflow.parameters.message}"]
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: hello-}
spec:
  entrypoint: main
  arguments:
    parameters: [{name: message, value: hello}]
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [echo, "{{workflow.parameters.message}}"]
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Unclosed {
			p.Report(unclosed(u.Span, "these braces are not closed"))
		}
	},
}

// unclosed is a finding about an opening {{ with what follows it.
func unclosed(at source.Span, message string) diag.Diagnostic {
	d := diag.Diagnostic{Span: at, Message: message, Help: `close them with "}}"`}
	if strings.HasSuffix(at.Text(), "}") {
		d.Help = "a second brace is missing at the end"
		d.Fixes = []diag.Fix{{
			Title: "close the tag",
			Edits: []diag.Edit{{Span: source.Span{File: at.File, Start: at.End, End: at.End}, New: "}"}},
		}}
	}
	return d
}
