package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var quantityInvalid = validate.Rule{
	Name: "quantity-invalid", Group: validate.Structure, Severity: diag.Error, Argo: diag.Error,
	Summary: "an amount of cpu, memory or storage is not one that Kubernetes can read",
	Why: `A quantity is a number with at most one unit: m for thousandths, k M G T for powers of ten, Ki Mi Gi Ti for powers
of two. There is no b for bytes, and case counts.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  templates:
  - name: build
    container:
      image: golang:1.26
      command: [go, build, ./...]
      resources:
        limits: {cpu: 500m, memory: 1gb}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  templates:
  - name: build
    container:
      image: golang:1.26
      command: [go, build, ./...]
      resources:
        limits: {cpu: 500m, memory: 1Gi}
`,
}
