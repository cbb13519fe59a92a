package rules

import (
	"iter"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

// An artifactPlace is an artifact with what it is to its template.
type artifactPlace struct {
	*ir.Artifact
	use  *trace.Use // nil for arguments of a workflow
	role string     // input, output or argument
	text func(*tree.Node) string
}

// artifacts yields every artifact: of inputs, outputs and arguments.
func artifacts(p *validate.Pass) iter.Seq[artifactPlace] {
	return func(yield func(artifactPlace) bool) {
		for _, lists := range []struct {
			role string
			of   iter.Seq[ioList]
		}{{"argument", argumentLists(p)}, {"input", inputLists(p)}, {"output", outputLists(p)}} {
			for l := range lists.of {
				for _, a := range l.Artifacts {
					if !yield(artifactPlace{a, l.use, lists.role, l.text}) {
						return
					}
				}
			}
		}
	}
}

// locationKeys are the kinds of place where an artifact can be.
var locationKeys = []string{"s3", "gcs", "oss", "azure", "git", "http", "artifactory", "hdfs", "raw", "plugin"}

// locations are the kinds of place that an artifact names.
func locations(n *tree.Node) []string {
	var out []string
	for _, key := range locationKeys {
		if n.Has(key) {
			out = append(out, key)
		}
	}
	return out
}
