package rules

import (
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var pythonSyntax = validate.Rule{
	Name: "python-syntax", Group: validate.Scripts, Severity: diag.Warning,
	Summary: "a Python script is not one that Python can read",
	Why: `The step fails once it has been scheduled, pulled and started. Scripts are read by the python3 that is installed beside
weft, if there is one; tags count as names.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    script:
      image: python:3.13
      command: [python]
      source: |
        for i in range(3)
            print(i)
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
      image: python:3.13
      command: [python]
      source: |
        for i in range(3):
            print(i)
`,
	Waits: true,
	Check: func(p *validate.Pass) {
		if p.Checkers.Python == nil {
			return
		}
		var all []outsideScript
		for s := range scripts(p) {
			if isPython3(s) {
				all = append(all, outsideScript{script: s})
			}
		}
		askOutside(p, p.Checkers.Python, all)
	},
}

// isPython3 leaves out scripts for Python 2, where print is a statement, and
// those in which tags may stand for more than names.
func isPython3(s script) bool {
	if version().ReplaceAllString(s.runner, "") != "python" || strings.HasPrefix(s.runner, "python2") {
		return false
	}
	repository, tag := cutTag(s.node.Get("image").Text())
	if strings.HasPrefix(tag, "2.") || tag == "2" || strings.HasSuffix(repository, "python2") || strings.Contains(s.node.Get("image").Text(), "{{") && s.runner == "python" {
		return false
	}
	return !strings.Contains(s.text.Text(), "\n{{") && !strings.HasPrefix(s.text.Text(), "{{")
}
