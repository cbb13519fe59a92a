package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var badTimeSuffix = validate.Rule{
	Name: "bad-time-suffix", Group: validate.References, Severity: diag.Warning,
	Summary: "a tag asks for a form of a time that does not exist",
	Why: `workflow.creationTimestamp takes .RFC3339, .s or one letter of strftime; workflow.duration and workflow.scheduledTime take
nothing, and the latter is there only in runs of a CronWorkflow. Other tags stay in the text.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: print-}
spec:
  entrypoint: print
  templates:
  - name: print
    container: {image: "alpine:3.23", command: [echo, "{{workflow.creationTimestamp.Q}}"]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: print-}
spec:
  entrypoint: print
  templates:
  - name: print
    container: {image: "alpine:3.23", command: [echo, "{{workflow.creationTimestamp.RFC3339}}"]}
`,
	Check: func(p *validate.Pass) {
		for _, o := range p.Project.Objects {
			if o.Spec == nil {
				continue
			}
			for t := range specTags(p, o) {
				if fault, help := timeFault(t.Key, o.Kind == ir.Workflow && !o.Annotations().Has(scheduledTime)); fault != "" {
					p.Report(diag.Diagnostic{Span: t.span(), Message: fault, Help: help})
				}
			}
		}
	},
}

// scheduledTime is the annotation that workflow.scheduledTime is read from; a
// CronWorkflow sets it on its runs.
const scheduledTime = "workflows.argoproj.io/scheduled-time"

// timeFault says what is wrong with a tag of a time, "" if it is none or right.
func timeFault(key string, unscheduled bool) (fault, help string) {
	const letters = "BbmAadHIMSYypZzL"
	if suffix, ok := strings.CutPrefix(key, "workflow.creationTimestamp"); ok {
		form := strings.TrimPrefix(suffix, ".")
		if suffix == "" || suffix != form && (form == "RFC3339" || form == "s" || len(form) == 1 && strings.Contains(letters, form)) {
			return "", ""
		}
		return fmt.Sprintf("workflow.creationTimestamp has no form %q", suffix), "use .RFC3339, .s, or one of the letters " + letters
	}
	for _, name := range []string{"workflow.duration", "workflow.scheduledTime"} {
		if suffix, ok := strings.CutPrefix(key, name); ok && suffix != "" {
			return fmt.Sprintf("there is no {{%s}}", key), "write {{" + name + "}}"
		}
	}
	if key == "workflow.scheduledTime" && unscheduled {
		return "only runs of a CronWorkflow have a scheduled time", "use workflow.creationTimestamp"
	}
	return "", ""
}
