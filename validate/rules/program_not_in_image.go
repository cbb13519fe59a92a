package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var programNotInImage = validate.Rule{
	Name: "program-not-in-image", Group: validate.Scripts, Severity: diag.Warning,
	Summary: "the image is known not to hold the program that is run",
	Why: `Small base images come without bash, curl, git or python, and the container does not start. Use an image that has the
program, or write the script for sh.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    script:
      image: alpine:3.23
      command: [bash]
      source: echo hello
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    script:
      image: bash:5.3
      command: [bash]
      source: echo hello
`,
	Check: func(p *validate.Pass) {
		for c := range podContainers(p) {
			first, program := c.program()
			image := imageName(c)
			if _, tag := cutTag(c.node.Get("image").Text()); image == "python" || image == "node" || image == "golang" {
				// Their own program is there; the rest is as in the system below.
				if !strings.Contains(tag, "alpine") || program != "bash" {
					continue
				}
				image = "alpine"
			}
			if first == nil || !slices.Contains(absent[image], program) || mountsPrograms(c, first.Text()) {
				continue
			}
			p.Report(diag.Diagnostic{
				Span: first.Place(), Message: fmt.Sprintf("image %q has no %s", c.node.Get("image").Text(), program), Help: absentHelp(program),
				Related: []diag.Related{{Span: c.node.Get("image").Place(), Message: "the image"}},
			})
		}
	},
}

// absent lists, by image, programs that people expect and do not find.
var absent = map[string][]string{
	"alpine":  {"bash", "zsh", "curl", "git", "python", "python3", "node", "npm", "go", "java", "jq", "make", "gcc", "kubectl", "aws", "helm", "perl", "ruby"},
	"busybox": {"bash", "zsh", "curl", "git", "python", "python3", "node", "npm", "go", "java", "jq", "make", "gcc", "kubectl", "aws", "helm", "perl", "ruby"},
	"debian":  {"zsh", "curl", "wget", "git", "python", "python3", "node", "npm", "go", "java", "jq", "make", "gcc", "kubectl", "aws", "helm", "ruby"},
	"ubuntu":  {"zsh", "curl", "wget", "git", "python", "python3", "node", "npm", "go", "java", "jq", "make", "gcc", "kubectl", "aws", "helm", "ruby"},
}

func absentHelp(program string) string {
	switch program {
	case "bash":
		return "run it by sh, or use an image with bash, such as bash:5.3"
	case "python", "python3":
		return "use an image with Python, such as python:3.13-alpine"
	}
	return "use an image that has it"
}

// mountsPrograms reports whether the program comes in through a volume or an artifact.
func mountsPrograms(c podContainer, program string) bool {
	paths := []string{}
	for _, m := range mounts(c) {
		paths = append(paths, m.Get("mountPath").Text())
	}
	for _, a := range c.template.Inputs.Artifacts {
		paths = append(paths, a.Path.Text())
	}
	return slices.ContainsFunc(paths, func(path string) bool {
		return strings.HasSuffix(strings.TrimSuffix(path, "/"), "/bin") || path != "" && strings.HasPrefix(program, path) || strings.HasSuffix(path, "/"+base(program))
	})
}
