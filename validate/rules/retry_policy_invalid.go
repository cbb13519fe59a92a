package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var retryPolicyInvalid = validate.Rule{
	Name: "retry-policy-invalid", Group: validate.Control, Severity: diag.Error, Argo: diag.Error,
	Summary: "retryStrategy.retryPolicy is none of the known ones",
	Why: `The policy says which ends of an attempt are tried again: ` + strings.Join(retryPolicies, ", ") + `. A {{tag}} is not
allowed. To never retry, leave retryStrategy out.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: fetch-}
spec:
  entrypoint: fetch
  templates:
  - name: fetch
    retryStrategy: {limit: 3, retryPolicy: OnFailed}
    container: {image: "curlimages/curl:8.17.0", args: [-fsS, "https://example.com/data.csv"]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: fetch-}
spec:
  entrypoint: fetch
  templates:
  - name: fetch
    retryStrategy: {limit: 3, retryPolicy: OnFailure}
    container: {image: "curlimages/curl:8.17.0", args: [-fsS, "https://example.com/data.csv"]}
`,
	Check: func(p *validate.Pass) {
		for t := range usedTemplates(p) {
			n := t.Node.At("retryStrategy", "retryPolicy")
			if policy := n.Text(); policy != "" && !slices.Contains(retryPolicies, policy) {
				help, fixes := nearest(n, policy, slices.Values(retryPolicies))
				if help == "" {
					help = "choose one of " + strings.Join(retryPolicies, ", ")
				}
				p.Report(diag.Diagnostic{Span: n.Place(), Message: fmt.Sprintf("there is no retry policy %q", policy), Help: help, Fixes: fixes})
			}
		}
	},
}

var retryPolicies = []string{"Always", "OnFailure", "OnError", "OnTransientError"}
