package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var imageInvalid = validate.Rule{
	Name: "image-invalid", Group: validate.Pods, Severity: diag.Error,
	Summary: "the name of an image cannot be one",
	Why: `The image is never pulled, and the Pod stays in InvalidImageName. An image is [registry/]repository[:tag][@digest]: no
spaces, no scheme, and a repository in lower case.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    container: {image: "https://ghcr.io/Acme/Tools:1", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    container: {image: "ghcr.io/acme/tools:1", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for c := range podContainers(p) {
			n := c.node.Get("image")
			if n.Text() == "" || !n.IsScalar() {
				continue
			}
			// Only what stands between the tags is known.
			text := withoutTags(n.Text())
			fault, help := imageFault(text)
			if fault == "" {
				continue
			}
			d := diag.Diagnostic{Span: n.Place(), Message: fmt.Sprintf("image %q %s", n.Text(), fault), Help: help}
			if text != n.Text() && !strings.ContainsAny(text, " \t") && !strings.Contains(text, "://") {
				continue
			}
			p.Report(d)
		}
	},
}

var (
	imagePath   = pattern(`^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$`)
	imageTag    = pattern(`^[\w][\w.-]{0,127}$`)
	imageDigest = pattern(`^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$`)
)

// imageFault says what keeps text from naming an image, and the way out.
func imageFault(text string) (fault, help string) {
	switch {
	case strings.TrimSpace(text) != text:
		return "has blanks around it", "remove them"
	case strings.ContainsAny(text, " \t\n"):
		return "holds a blank", "an image is [registry/]repository[:tag], without spaces"
	case strings.Contains(text, "://"):
		return "begins with a scheme", "write it without " + text[:strings.Index(text, "://")+3]
	}
	name, digest, pinned := strings.Cut(text, "@")
	if pinned && !imageDigest().MatchString(digest) {
		return "has a digest that is not one", "a digest is sha256: and 64 hexadecimal digits"
	}
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
		if tag := name[i+1:]; !imageTag().MatchString(tag) {
			return fmt.Sprintf("has tag %q, which is not one", tag), "a tag has at most 128 letters, digits, dots, hyphens and underscores"
		}
		name = name[:i]
	}
	path := imageRepository(name)
	switch {
	case imagePath().MatchString(path):
		return "", ""
	case imagePath().MatchString(strings.ToLower(path)):
		return "has upper-case letters in its repository", "write it in lower case"
	}
	return "is not the name of an image", "an image is [registry/]repository[:tag]"
}

// imageRepository is name without the registry, which may be in upper case.
func imageRepository(name string) string {
	first, rest, ok := strings.Cut(name, "/")
	if ok && (strings.ContainsAny(first, ".:") || first == "localhost" || strings.ToLower(first) != first) {
		return rest
	}
	return name
}
