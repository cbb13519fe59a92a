package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var artifactKeyCollision = validate.Rule{
	Name: "artifact-key-collision", Group: validate.Control, Severity: diag.Warning,
	Summary: "the items of a loop save their artifacts under one key",
	Why: `Each item writes the artifact to the same place, and the last one wins. Put something into the key that differs, such as
{{pod.name}} or an input that comes from the item.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: build, template: build, withItems: [linux, darwin]}
  - name: build
    container: {image: "alpine:3.23", command: [date]}
    outputs:
      artifacts: [{name: binary, path: /binary, s3: {key: out/binary.tgz}}]
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: build, template: build, withItems: [linux, darwin]}
  - name: build
    container: {image: "alpine:3.23", command: [date]}
    outputs:
      artifacts: [{name: binary, path: /binary, s3: {key: "out/{{pod.name}}/binary.tgz"}}]
`,
	Check: func(p *validate.Pass) {
		for _, w := range overwritten(p, storedKeys) {
			if w.together || w.first.node == w.second.node {
				p.Report(diag.Diagnostic{
					Span: w.second.node.Place(), Message: fmt.Sprintf("%s and %s write an artifact to the same key", w.first.call.Describe(), w.second.call.Describe()),
					Help: "put {{pod.name}}, or an input that differs, into the key", Related: w.related(),
				})
			}
		}
		looped := map[*ir.Template]*ir.Call{}
		for _, o := range p.Project.Objects {
			for c := range o.AllCalls() {
				if repeats(c) {
					markLooped(c.Callee.Target, c, looped)
				}
			}
		}
		for _, u := range p.Trace.Bodies {
			c := looped[u.Template]
			if c == nil {
				continue
			}
			for _, a := range u.Template.Outputs.Artifacts {
				if n := artifactKey(a.Node); n != nil && !varies(n.Text()) {
					p.Report(diag.Diagnostic{
						Span: n.Place(), Message: fmt.Sprintf("every item of %s writes artifact %q to the same key", c.Describe(), a.Name.Text()),
						Help:    "put {{pod.name}}, or an input that comes from the item, into the key",
						Related: []diag.Related{{Span: callPlace(c), Message: "the loop"}},
					})
				}
			}
		}
	},
}

// repeats reports whether c is certain to run, or likely to run, more than once.
func repeats(c *ir.Call) bool {
	return len(c.WithItems.List()) > 1 || c.WithParam.Text() != "" || c.WithSequence != nil && c.WithSequence.Get("count").Text() != "1"
}

func markLooped(t *ir.Template, by *ir.Call, looped map[*ir.Template]*ir.Call) {
	if t == nil || looped[t] != nil {
		return
	}
	looped[t] = by
	for _, c := range t.Calls() {
		markLooped(c.Callee.Target, by, looped)
	}
}

// keyFields are where the kinds of artifact store keep what tells two
// artifacts apart.
var keyFields = [...][2]string{{"s3", "key"}, {"gcs", "key"}, {"oss", "key"}, {"azure", "blob"}, {"hdfs", "path"}, {"artifactory", "url"}, {"http", "url"}}

// artifactKey is where an artifact is kept, nil when it does not say.
func artifactKey(artifact *tree.Node) *tree.Node {
	for _, f := range keyFields {
		if n := artifact.At(f[0], f[1]); n.Text() != "" {
			return n
		}
	}
	return nil
}

// varies reports whether a text may differ from one run of a template to the
// next: it holds a tag of something other than the workflow.
func varies(text string) bool {
	tags, _ := expr.Tags(text)
	for _, t := range tags {
		if t.Expr || !strings.HasPrefix(t.Key, "workflow.") {
			return true
		}
	}
	return false
}
