package rules

import (
	"fmt"
	"path"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var artifactLocationInvalid = validate.Rule{
	Name: "artifact-location-invalid", Group: validate.DataFlow, Severity: diag.Error, Argo: diag.Error,
	Summary: "a git or hdfs location lacks what is needed to reach it",
	Why: `git needs a repo. hdfs needs addresses, an absolute path and one way to log in: hdfsUser, krbCCacheSecret or
krbKeytabSecret. The Kerberos ways need krbServicePrincipalName and krbConfigConfigMap, a keytab also krbUsername and krbRealm.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  templates:
  - name: build
    inputs:
      artifacts:
      - name: source
        path: /src
        git: {revision: main}
    container: {image: "golang:1.26", workingDir: /src, command: [go, build, ./...]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  templates:
  - name: build
    inputs:
      artifacts:
      - name: source
        path: /src
        git: {repo: "https://github.com/weft-lang/weft.git", revision: main}
    container: {image: "golang:1.26", workingDir: /src, command: [go, build, ./...]}
`,
	Check: func(p *validate.Pass) {
		for t := range usedTemplates(p) {
			for _, a := range t.Inputs.Artifacts {
				checkLocation(p, a.Node, (*tree.Node).Text)
			}
		}
		for _, u := range p.Trace.Bodies {
			checkLocation(p, u.Template.Node.Get("archiveLocation"), u.Text)
		}
	},
}

// checkLocation checks the locations in n, reading scalars through text.
func checkLocation(p *validate.Pass, n *tree.Node, text func(*tree.Node) string) {
	if git := n.Get("git"); !git.IsNull() && text(git.Get("repo")) == "" {
		p.Report(diag.Diagnostic{
			Span: lackingPlace(n, "git", "repo"), Message: "this git location has no repo", Help: "add repo: with the URL of the repository",
		})
	}
	if hdfs := n.Get("hdfs"); !hdfs.IsNull() {
		var missing []string
		for _, f := range hdfsFields {
			if f.needed(hdfs) && !f.given(hdfs, text) {
				missing = append(missing, f.name)
			}
		}
		if missing != nil {
			p.Report(diag.Diagnostic{
				Span: keyPlace(n, "hdfs"), Message: "this hdfs location has no " + strings.Join(missing, ", no "),
				Help: "add " + strings.Join(missing, ", "),
			})
		}
		if at := text(hdfs.Get("path")); at != "" && !path.IsAbs(at) {
			p.Report(diag.Diagnostic{
				Span: hdfs.Get("path").Place(), Message: fmt.Sprintf("hdfs path %q is not absolute", at), Help: "begin it with a slash",
			})
		}
	}
}

// lackingPlace is where a finding about an absent or empty field of n.kind belongs.
func lackingPlace(n *tree.Node, kind, field string) source.Span {
	if e := n.Get(kind).Entry(field); e != nil {
		return valuePlace(n.Get(kind), field)
	}
	return keyPlace(n, kind)
}

// hdfsFields are what an hdfs location must have, some only with others.
var hdfsFields = [...]struct {
	name   string
	needed func(hdfs *tree.Node) bool
	given  func(hdfs *tree.Node, text func(*tree.Node) string) bool
}{
	{"addresses", always, func(n *tree.Node, _ func(*tree.Node) string) bool { return len(n.Get("addresses").List()) > 0 }},
	{"path", always, hasText("path")},
	{"hdfsUser (or krbCCacheSecret or krbKeytabSecret)", always, func(n *tree.Node, text func(*tree.Node) string) bool {
		return text(n.Get("hdfsUser")) != "" || kerberos(n)
	}},
	{"krbServicePrincipalName", kerberos, hasText("krbServicePrincipalName")},
	{"krbConfigConfigMap", kerberos, func(n *tree.Node, _ func(*tree.Node) string) bool { return n.Has("krbConfigConfigMap") }},
	{"krbUsername", keytab, hasText("krbUsername")},
	{"krbRealm", keytab, hasText("krbRealm")},
}

func always(*tree.Node) bool     { return true }
func keytab(n *tree.Node) bool   { return n.Has("krbKeytabSecret") }
func kerberos(n *tree.Node) bool { return keytab(n) || n.Has("krbCCacheSecret") }

func hasText(key string) func(*tree.Node, func(*tree.Node) string) bool {
	return func(n *tree.Node, text func(*tree.Node) string) bool { return text(n.Get(key)) != "" }
}
