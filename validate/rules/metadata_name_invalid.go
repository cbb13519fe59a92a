package rules

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var metadataNameInvalid = validate.Rule{
	Name: "metadata-name-invalid", Group: validate.Documents, Severity: diag.Error,
	Summary: "the name of an object is none that Kubernetes takes",
	Why: `Names consist of lower-case letters, digits, hyphens and dots, and begin and end with a letter or digit. An object needs a
name, or a generateName that the server completes. The API server refuses others.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: Build_All}
spec:
  templates:
  - name: build
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: build-all}
spec:
  templates:
  - name: build
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, o := range p.Project.Objects {
			if !o.Name.IsNull() {
				checkObjectName(p, o.Name, o.Name.Text())
			} else if generated := o.GenerateName.Text(); generated != "" {
				if strings.HasSuffix(generated, "-") {
					generated = generated[:len(generated)-1] + "a" // the server appends to it
				}
				if o.Kind == ir.Workflow && p.ForWeft(o.Doc.File) {
					generated = strings.ToLower(generated) // as weft does when it names a run
				}
				checkObjectName(p, o.GenerateName, generated)
			}
		}
	},
}

// checkObjectName reports n unless name, its text or a form of it, is one.
func checkObjectName(p *validate.Pass, n *tree.Node, name string) {
	if n.Kind != tree.String || len(validation.IsDNS1123Subdomain(name)) == 0 || len(name) > validation.DNS1123SubdomainMaxLength {
		return // lengths have a rule of their own
	}
	d := diag.Diagnostic{
		Span: n.Place(), Message: fmt.Sprintf("%q is no name for an object", n.Text()),
		Help: "use lower-case letters, digits and hyphens, with a letter or digit at either end",
	}
	mended := strings.ToLower(mendedName(n.Text()))
	if strings.HasSuffix(n.Text(), "-") && mended != "" && name != n.Text() {
		mended += "-"
	}
	if mended != "" && mended != n.Text() && n.Alias.IsZero() && !isDynamic(n) {
		d.Help, d.Fixes = fmt.Sprintf("write %q", mended), []diag.Fix{replaceText(n, mended, false)}
	}
	p.Report(d)
}
