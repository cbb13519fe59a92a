package rules

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var cronEveryNonsense = validate.Rule{
	Name: "cron-every-nonsense", Group: validate.Cron, Severity: diag.Warning,
	Summary: "a part of a schedule does not mean what it seems to",
	Why: `A step beyond the range of its field (*/100) fires at the start of the range only, an empty item (1,,2) is dropped, and
@every rounds up to a second. Write what is meant.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata: {name: backup}
spec:
  schedules: ["*/90 * * * *"]
  workflowSpec:
    entrypoint: main
    templates:
    - name: main
      container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata: {name: backup}
spec:
  schedules: ["0 */2 * * *"]
  workflowSpec:
    entrypoint: main
    templates:
    - name: main
      container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for n, s := range schedules(p) {
			if s.IsEvery && s.Every < time.Second {
				p.Report(diag.Diagnostic{Span: n.Place(), Message: fmt.Sprintf("@every %s is taken for every second", s.Every), Help: "write a duration of a minute or more"})
			}
			for i, f := range s.Fields {
				if start, end, message := oddField(f.Text, fieldMaximum[i]); message != "" {
					p.Report(diag.Diagnostic{Span: n.Source(f.Start+start, f.Start+end), Message: f.Name + ": " + message})
				}
			}
		}
	},
}

// fieldMaximum is the greatest value of each field of a schedule.
var fieldMaximum = [...]int{59, 23, 31, 12, 6}

// oddField finds the first item of a field that the parser takes for something
// else than is written.
func oddField(text string, most int) (start, end int, message string) {
	for _, item := range strings.Split(text, ",") {
		end = start + len(item)
		values, step, stepped := strings.Cut(item, "/")
		switch n, err := strconv.Atoi(step); {
		case item == "" && start > 0:
			return start - 1, end, "an empty item is dropped"
		case stepped && err == nil && n > most && (values == "*" || values == "?"):
			return start, end, fmt.Sprintf("a step of %d is beyond the range, so only its first value counts", n)
		case strings.HasPrefix(values, "*-") || strings.HasPrefix(values, "?-"):
			return start, end, fmt.Sprintf("%q is read as %q", values, "*")
		}
		start = end + 1
	}
	return 0, 0, ""
}
