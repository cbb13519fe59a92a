package rules

import (
	"regexp"
	"strings"
	"sync"

	"github.com/itchyny/gojq"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var resourceConditionSyntax = validate.Rule{
	Name: "resource-condition-syntax", Group: validate.Expressions, Severity: diag.Error,
	Summary: "a condition on a resource, or a path into it, does not parse",
	Why: `A successCondition or failureCondition is written like a label selector: fields of the resource with =, ==, !=, in, notin, > or <, and a comma for and.
A jqFilter is a jq program, and a jsonPath has balanced braces. What cannot be read ends the step in an error.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    serviceAccountName: jobs
    resource:
      action: create
      setOwnerReference: true
      successCondition: status.succeeded === 1
      manifest: |
        apiVersion: batch/v1
        kind: Job
        metadata: {generateName: pi-}
        spec: {}
    outputs:
      parameters:
      - name: phase
        valueFrom: {jsonPath: "{.status.phase}"}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    serviceAccountName: jobs
    resource:
      action: create
      setOwnerReference: true
      successCondition: status.succeeded == 1
      manifest: |
        apiVersion: batch/v1
        kind: Job
        metadata: {generateName: pi-}
        spec: {}
    outputs:
      parameters:
      - name: phase
        valueFrom: {jsonPath: "{.status.phase}"}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			if u.Template.Type() != ir.Resource {
				continue
			}
			for _, key := range []string{"successCondition", "failureCondition"} {
				if n := u.Template.Body().Get(key); n.Text() != "" {
					reportSelector(p, n)
				}
			}
			for _, out := range u.Template.Outputs.Parameters {
				reportJQ(p, out.ValueFrom.Get("jqFilter"))
				reportBalance(p, out.ValueFrom.Get("jsonPath"))
			}
		}
	},
}

// requirement is one part of a condition on a resource. Quotes and brackets are
// none of it: they would be compared as they are.
var requirement = sync.OnceValue(func() *regexp.Regexp {
	const path, value = `[\pL\pN._/-]+`, `[^\s!=<>(),"']*`
	return regexp.MustCompile(`^\s*(?:!?` + path + `|` + path + `\s*(?:==?|!=|<|>)\s*` + value + `|` + path + `\s+(?:in|notin)\s*\([^()"']*\))\s*$`)
})

// reportSelector reports the first part of a condition that cannot be read.
func reportSelector(p *validate.Pass, n *tree.Node) {
	text := neutral(n.Value)
	for start := 0; start <= len(text); {
		end, depth := start, 0
		for end < len(text) && (text[end] != ',' || depth > 0) {
			switch text[end] {
			case '(':
				depth++
			case ')':
				depth--
			}
			end++
		}
		if part := text[start:end]; !requirement().MatchString(part) {
			if strings.TrimSpace(part) == "" {
				start, end = 0, len(text)
			}
			p.Report(diag.Diagnostic{
				Span: n.Source(start, end), Message: "this condition cannot be read", Help: `write field == value without quotes, status.conditions.0.type for an item, and a comma between conditions that must all hold`,
			})
			return
		}
		start = end + 1
	}
}

// neutral is text with its tags replaced by a word of the same length.
func neutral(text string) string {
	tags, _ := expr.Tags(text)
	out := []byte(text)
	for _, t := range tags {
		copy(out[t.Start:t.End], strings.Repeat("x", t.End-t.Start))
	}
	return string(out)
}

func reportJQ(p *validate.Pass, n *tree.Node) {
	if n.Text() == "" || strings.Contains(n.Text(), "{{") {
		return
	}
	if _, err := gojq.Parse(n.Text()); err != nil {
		p.Reportf(n.Place(), "this is not a jq program: %s", err)
	}
}

// reportBalance reports a bracket of a JSON path that has no partner.
func reportBalance(p *validate.Pass, n *tree.Node) {
	if n.Text() == "" || strings.Contains(n.Text(), "{{") {
		return
	}
	var open []int
	closing := map[byte]byte{'}': '{', ']': '[', ')': '('}
	quoted := byte(0)
	for i := range len(n.Value) {
		switch c := n.Value[i]; {
		case quoted != 0:
			if c == quoted {
				quoted = 0
			}
		case c == '\'' || c == '"':
			quoted = c
		case c == '{' || c == '[' || c == '(':
			open = append(open, i)
		case closing[c] != 0:
			if len(open) == 0 || n.Value[open[len(open)-1]] != closing[c] {
				p.Reportf(n.Source(i, i+1), "%q closes nothing in this path", string(c))
				return
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		p.Reportf(n.Source(open[0], open[0]+1), "%q is not closed in this path", n.Value[open[0]:open[0]+1])
	}
}
