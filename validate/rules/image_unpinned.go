package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var imageUnpinned = validate.Rule{
	Name: "image-unpinned", Group: validate.Robustness, Severity: diag.Warning, Profile: validate.Strict,
	Summary: "an image has no tag, or latest",
	Why:     `What runs changes from day to day, and a retry may run something else than the first attempt. Name a version or a digest.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    container: {image: alpine, command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for c := range podContainers(p) {
			n := c.node.Get("image")
			text, ok := literal(n)
			if !ok || strings.Contains(text, "@") {
				continue
			}
			switch _, tag := cutTag(text); tag {
			case "":
				p.Report(diag.Diagnostic{Span: n.Place(), Message: fmt.Sprintf("image %q has no tag, which means latest", text), Help: "name a version or a digest"})
			case "latest":
				p.Report(diag.Diagnostic{Span: n.Place(), Message: fmt.Sprintf("image %q changes over time", text), Help: "name a version or a digest"})
			}
		}
	},
}

// cutTag takes an image apart: repository with registry, and tag.
func cutTag(image string) (repository, tag string) {
	image, _, _ = strings.Cut(image, "@")
	if i := strings.LastIndexByte(image, ':'); i > strings.LastIndexByte(image, '/') {
		return image[:i], image[i+1:]
	}
	return image, ""
}
