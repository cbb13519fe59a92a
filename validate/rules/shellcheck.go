package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var shellcheck = validate.Rule{
	Name: "shellcheck", Group: validate.Scripts, Severity: diag.Warning, Profile: validate.Strict,
	Summary: "shellcheck finds fault with a shell script",
	Why: `shellcheck knows hundreds of ways in which shell scripts go wrong. It is asked when it is installed, about scripts
that can be read; its wiki explains each code, such as https://www.shellcheck.net/wiki/SC2164.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    script:
      image: alpine:3.23
      command: [sh]
      source: |
        cd "$WORK"
        rm -rf ./*
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
      image: alpine:3.23
      command: [sh]
      source: |
        cd "$WORK" || exit 1
        rm -rf ./*
`,
	Waits: true,
	Check: func(p *validate.Pass) {
		if p.Checkers.Shell == nil {
			return
		}
		var readable []outsideScript
		for _, s := range shellScripts(p) {
			if s.err == nil { // what cannot be read is reported by shell-syntax
				readable = append(readable, outsideScript{s.script, stopsOnError(s)})
			}
		}
		askOutside(p, p.Checkers.Shell, readable)
	},
}
