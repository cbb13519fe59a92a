package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var artifactLocationIncomplete = validate.Rule{
	Name: "artifact-location-incomplete", Group: validate.DataFlow, Severity: diag.Warning,
	Summary: "the place of an artifact is only half specified",
	Why:     `Without the other half of its credentials, or its name, the artifact cannot be read or written. An output cannot be written to git.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    inputs:
      artifacts:
      - name: data
        path: /tmp/data
        git:
          repo: https://example.com/data.git
          usernameSecret: {name: git, key: user}
    container: {image: "alpine:3.23", command: [ls, /tmp/data]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    inputs:
      artifacts:
      - name: data
        path: /tmp/data
        git:
          repo: https://example.com/data.git
          usernameSecret: {name: git, key: user}
          passwordSecret: {name: git, key: password}
    container: {image: "alpine:3.23", command: [ls, /tmp/data]}
`,
	Check: func(p *validate.Pass) {
		for a := range artifacts(p) {
			for _, half := range halves {
				n := a.Node.At(half.at...)
				if n.Has(half.has) && !n.Has(half.needs) {
					p.Report(diag.Diagnostic{Span: keyPlace(n, half.has), Message: fmt.Sprintf("%s is given without %s", half.has, half.needs), Help: "add " + half.needs})
				}
			}
			if plugin := a.Node.Get("plugin"); !plugin.IsNull() && plugin.Get("name").Text() == "" {
				p.Report(diag.Diagnostic{Span: keyPlace(a.Node, "plugin"), Message: "this plugin has no name", Help: "add name: with the name of the artifact plugin"})
			}
			if a.role == "output" && a.Node.Has("git") {
				p.Report(diag.Diagnostic{Span: keyPlace(a.Node, "git"), Message: "outputs cannot be written to git", Help: "write it to an object store, or push from the container"})
			}
		}
	},
}

// halves are fields that need each other.
var halves = [...]struct {
	at         []string
	has, needs string
}{
	{[]string{"git"}, "usernameSecret", "passwordSecret"},
	{[]string{"http", "auth", "basicAuth"}, "usernameSecret", "passwordSecret"},
	{[]string{"http", "auth", "basicAuth"}, "passwordSecret", "usernameSecret"},
	{[]string{"artifactory"}, "usernameSecret", "passwordSecret"},
	{[]string{"artifactory"}, "passwordSecret", "usernameSecret"},
	{[]string{"s3"}, "accessKeySecret", "secretKeySecret"},
	{[]string{"s3"}, "secretKeySecret", "accessKeySecret"},
	{[]string{"oss"}, "accessKeySecret", "secretKeySecret"},
	{[]string{"oss"}, "secretKeySecret", "accessKeySecret"},
	{[]string{"http", "auth", "clientCert"}, "clientCertSecret", "clientKeySecret"},
	{[]string{"http", "auth", "clientCert"}, "clientKeySecret", "clientCertSecret"},
}
