package rules

import (
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/yaml"
	"github.com/weft-lang/weft/validate"
)

// A manifest is the text of a resource template, read as YAML with its tags
// replaced. Places in its documents are those in text.
type manifest struct {
	template *ir.Template
	action   string
	text     *tree.Node
	docs     []*tree.Document
	findings *diag.List
}

type manifestKey struct{}

// manifests are the manifests whose text is in the file and can be read. They
// are parsed once, on the first call.
func manifests(p *validate.Pass) []manifest {
	return validate.Fact(p, manifestKey{}, func() []manifest {
		var out []manifest
		for _, t := range podTemplates(p) {
			n := t.Node.At("resource", "manifest")
			if strings.TrimSpace(n.Text()) == "" {
				continue
			}
			docs, findings := yaml.Parse(source.NewFile("manifest", withoutTags(n.Text())))
			if m := (manifest{t, t.Body().Get("action").Text(), n, docs, findings}); m.readable() {
				out = append(out, m)
			}
		}
		return out
	})
}

// readable reports whether the manifest is YAML whatever its tags stand for.
func (m manifest) readable() bool {
	for _, d := range m.findings.Sorted() {
		if d.Rule == yaml.RuleSyntax || d.Rule == yaml.RuleEncoding {
			return false
		}
	}
	return len(m.docs) > 0
}

// at is the place in the file of a span in the manifest.
func (m manifest) at(s source.Span) source.Span { return m.text.Source(s.Start, s.End) }
