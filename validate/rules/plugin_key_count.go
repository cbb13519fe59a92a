package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var pluginKeyCount = validate.Rule{
	Name: "plugin-key-count", Group: validate.Structure, Severity: diag.Error, Argo: diag.Error,
	Summary: "a plugin template names no plugin, or more than one",
	Why: `The one key below plugin is the name of the plugin that runs the template. The reference gives up on the whole run if
there is another number of them. Use one template per plugin.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  templates:
  - name: build
    plugin: {slack: {text: building}, hello: {}}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  templates:
  - name: build
    plugin: {slack: {text: building}}
`,
}
