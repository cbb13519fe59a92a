package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var templateTypeMissing = validate.Rule{
	Name: "template-type-missing", Group: validate.Structure, Severity: diag.Error, Argo: diag.Error,
	Summary: "a template does not say what it does",
	Why: `A template does one thing: run a container or script, call others as steps or dag, wait, and so on. templateDefaults
cannot supply that part. Add it; a key without a value below it counts as absent.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: approve-}
spec:
  entrypoint: approve
  templates:
  - name: approve
    suspend:
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: approve-}
spec:
  entrypoint: approve
  templates:
  - name: approve
    suspend: {}
`,
	Check: func(p *validate.Pass) {
		for t := range usedTemplates(p) {
			if t.Type() != ir.NoType {
				continue
			}
			d := diag.Diagnostic{
				Span:    templatePlace(t),
				Message: fmt.Sprintf("%s does not say what it does", t.Describe()),
				Help:    "add one of " + strings.Join(typeKeys(), ", "),
			}
			for _, key := range typeKeys() {
				if e := t.Node.Entry(key); e != nil {
					d.Help = fmt.Sprintf("a key without a value counts as absent; write %s: {} if nothing belongs below it", key)
					d.Related = []diag.Related{{Span: e.Key.Span, Message: "nothing stands below this key"}}
				}
			}
			p.Report(d)
		}
	},
}

func typeKeys() []string {
	var keys []string
	for _, t := range ir.Types {
		keys = append(keys, t.Key())
	}
	return keys
}
