package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var retryAntiAffinitySingleNode = validate.Rule{
	Name: "retry-anti-affinity-single-node", Group: validate.Control, Severity: diag.Info,
	Summary: "retries must leave a node to which the template is pinned",
	Why: `nodeAntiAffinity sends each retry to another node, and nodeSelector allows only one: the retried Pod stays pending.
Drop one of the two.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: fetch-}
spec:
  entrypoint: fetch
  templates:
  - name: fetch
    nodeSelector: {kubernetes.io/hostname: node-1}
    retryStrategy: {limit: 2, affinity: {nodeAntiAffinity: {}}}
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: fetch-}
spec:
  entrypoint: fetch
  templates:
  - name: fetch
    retryStrategy: {limit: 2, affinity: {nodeAntiAffinity: {}}}
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		const hostname = "kubernetes.io/hostname"
		for s := range settings(p, "retryStrategy") {
			if s.node.At("affinity", "nodeAntiAffinity") == nil || s.node.At("affinity", "nodeAntiAffinity").Kind != tree.Map {
				continue
			}
			for _, selector := range []*tree.Node{s.holder.Get("nodeSelector"), s.run.Object.Spec.Node.Get("nodeSelector")} {
				if !selector.Has(hostname) {
					continue
				}
				p.Report(diag.Diagnostic{
					Span:    keyPlace(s.node.Get("affinity"), "nodeAntiAffinity"),
					Message: "retries must run on another node, but the nodeSelector allows one node only",
					Related: []diag.Related{{Span: keyPlace(selector, hostname), Message: "pinned here"}},
				})
				break
			}
		}
	},
}
