package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var foreignKindMetadataClash = validate.Rule{
	Name: "foreign-kind-metadata-clash", Group: validate.Structure, Severity: diag.Error, Profile: validate.Argo, Argo: diag.Error,
	Summary: "Argo's linter gives up on a file of another kind",
	Why: `The reference reads the top level of every document, whatever its kind, as if it were metadata, and stops with
nothing checked when a key there has another type, as labels in a Kustomization. Keep such files away from it.`,
	Bad: `
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
labels:
- pairs: {team: build}
resources: [build.yaml]
`,
	Good: `
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
commonLabels: {team: build}
resources: [build.yaml]
`,
}
