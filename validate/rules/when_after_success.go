package rules

import (
	"fmt"
	"slices"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
	"github.com/weft-lang/weft/validate/types"
)

var whenAfterSuccess = validate.Rule{
	Name: "when-after-success", Group: validate.Expressions, Severity: diag.Warning,
	Summary: "a condition waits for the failure of a step or task that must succeed first",
	Why: `What follows a step, or a task that it depends on, runs only when that has succeeded: its status is then Succeeded and its
exit code 0. To go on after a failure write depends: fetch.Failed, or continueOn: {failed: true} on the step.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: report-}
spec:
  entrypoint: main
  templates:
  - name: main
    dag:
      tasks:
      - {name: fetch, template: print}
      - {name: alarm, template: print, depends: fetch, when: "{{tasks.fetch.status}} == Failed"}
  - name: print
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: report-}
spec:
  entrypoint: main
  templates:
  - name: main
    dag:
      tasks:
      - {name: fetch, template: print}
      - {name: alarm, template: print, depends: fetch.Failed}
  - name: print
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, c := range conditions(p) {
			if c.call == nil || len(c.errors) > 0 {
				continue
			}
			producer, text := afterSuccess(p, c)
			if producer == nil {
				continue
			}
			if holds, err := expr.EvalWhen(text); err == nil && !holds {
				p.Report(diag.Diagnostic{
					Span:    c.node.Source(0, len(c.node.Value)),
					Message: fmt.Sprintf("this is never true: %s runs only when %s has succeeded", c.call.Describe(), producer.Describe()),
					Help:    goOnHelp(producer),
					Related: []diag.Related{{Span: callPlace(producer), Message: "what must succeed first"}},
				})
			}
		}
	},
}

func goOnHelp(producer *ir.Call) string {
	if producer.Task {
		return fmt.Sprintf("to run after a failure, write depends: %s.Failed", producer.Name.Text())
	}
	return fmt.Sprintf("to go on after a failure, give step %q continueOn: {failed: true}", producer.Name.Text())
}

// succeeded is what the states of a step or task are when it has succeeded.
var succeeded = map[string]string{"status": "Succeeded", "exitCode": "0"}

// afterSuccess is the text of c when all of its tags are states of steps or
// tasks that must have succeeded, and the first of these; else it is nil.
func afterSuccess(p *validate.Pass, c condition) (producer *ir.Call, text string) {
	text = c.node.Value
	tags, _ := expr.Tags(text)
	states := siblingReferencesIn(p, c.use, c.node)
	if len(states) != len(tags) {
		return nil, ""
	}
	for i, r := range slices.Backward(states) {
		t := tags[i]
		if r.InExpr || r.Start < t.Start || r.End > t.End || len(r.Path) != 3 {
			return nil, ""
		}
		value := succeeded[r.Path[2].Name]
		if value == "" || !mustSucceed(c.use, r.Producer, c.call) {
			return nil, ""
		}
		producer, text = r.Producer, text[:t.Start]+value+text[t.End:]
	}
	return producer, text
}

// mustSucceed reports whether consumer runs only when producer has run and
// succeeded.
func mustSucceed(u *trace.Use, producer, consumer *ir.Call) bool {
	t := producer.Callee.Target
	continues := func(after string) bool { // a tag may say so, too
		word := producer.ContinueOn.Get(after).Text()
		return word != "" && word != "false"
	}
	switch {
	case producer.Looped(), types.Conditional(producer), continues("failed"), continues("error"):
		return false
	case t == nil, t.Node.Has("daemon"):
		return false
	case !producer.Task:
		return producer.Group < consumer.Group
	}
	name := producer.Name.Text()
	if depends := consumer.Depends.Text(); depends != "" {
		d, errs := expr.ParseDepends(depends)
		return len(errs) == 0 && slices.Contains(d.Tasks(), name) && needsSuccess(d, name)
	}
	return slices.ContainsFunc(u.Graph.Deps[u.Graph.First[u.Text(consumer.Name)]], func(d trace.Dep) bool { return d.Dep.Task == name })
}

// needsSuccess reports whether d is false however else a task ends.
func needsSuccess(d *expr.Depends, name string) bool {
	for _, end := range []string{"Failed", "Errored", "Omitted"} {
		if mayHold(d, func(task, result string) (bool, bool) {
			return result == end, task == name
		}) {
			return false
		}
	}
	return true
}
