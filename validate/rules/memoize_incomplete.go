package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var memoizeIncomplete = validate.Rule{
	Name: "memoize-incomplete", Group: validate.Control, Severity: diag.Error,
	Summary: "memoize lacks its cache, or its key or the name of its cache cannot be one",
	Why: `Results are kept in a ConfigMap, cache.configMap, under the key. A key consists of letters, digits and hyphens and begins
with a letter or digit. With another key, or without cache, the step ends in an error.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  templates:
  - name: build
    memoize: {key: build_v1, maxAge: 1h, cache: {configMap: {name: builds}}}
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  templates:
  - name: build
    memoize: {key: build-v1, maxAge: 1h, cache: {configMap: {name: builds}}}
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for s := range settings(p, "memoize") {
			if s.node.Kind != tree.Map {
				continue
			}
			switch cache := s.node.At("cache", "configMap", "name"); {
			case cache.Text() == "":
				p.Report(diag.Diagnostic{
					Span: keyPlace(s.holder, s.key), Message: "memoize has no cache to keep results in", Help: "add cache: {configMap: {name: ...}}",
				})
			case !isDynamic(cache):
				checkObjectName(p, cache, cache.Text())
			}
			key := s.node.Get("key")
			switch fault := memoizeKeyFault(key.Text()); {
			case key.Text() == "":
				p.Report(diag.Diagnostic{Span: valuePlace(s.node, "key"), Message: "memoize has no key", Help: "name what the result depends on, such as an input"})
			case fault != nil:
				p.Report(diag.Diagnostic{Span: key.Source(fault.Start, fault.End), Message: fault.Message, Help: fault.Help})
			}
		}
	},
}

// memoizeKeyFault finds a character that no key may hold in the parts of text
// that are no tags.
func memoizeKeyFault(text string) *expr.Error {
	const help = "use letters, digits and hyphens only"
	tags, open := expr.Tags(text)
	if open >= 0 {
		return nil // reported as such
	}
	for i, r := range text {
		if len(tags) > 0 && i >= tags[0].Start {
			if i == tags[0].End-1 {
				tags = tags[1:]
			}
			continue
		}
		if isAlphanumeric(r) || r == '-' && i > 0 {
			continue
		}
		return &expr.Error{Start: i, End: i + len(string(r)), Message: fmt.Sprintf("%q cannot stand here in a key of a cache", r), Help: help}
	}
	return nil
}
