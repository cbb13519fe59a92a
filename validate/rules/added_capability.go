package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var addedCapability = validate.Rule{
	Name: "added-capability", Group: validate.Security, Severity: diag.Warning, Profile: validate.SecurityProfile,
	Summary: "a container is given a capability that leads to the node",
	Why:     `SYS_ADMIN, NET_ADMIN and the like are most of what root is. Find out which call fails without it, and whether the step can do without.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [date]
      securityContext: {capabilities: {add: [SYS_ADMIN]}}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [date]
      securityContext: {capabilities: {drop: [ALL]}}
`,
	Check: func(p *validate.Pass) {
		for sc := range securityContexts(p) {
			for _, c := range sc.At("capabilities", "add").List() {
				if name := strings.TrimPrefix(strings.ToUpper(c.Text()), "CAP_"); slices.Contains(strongCapabilities, name) {
					p.Report(diag.Diagnostic{Span: c.Place(), Message: fmt.Sprintf("capability %q gives this container power over its node", c.Text())})
				}
			}
		}
	},
}

var strongCapabilities = []string{"ALL", "SYS_ADMIN", "NET_ADMIN", "SYS_PTRACE", "SYS_MODULE", "DAC_READ_SEARCH", "SYS_RAWIO", "BPF", "SYS_CHROOT", "NET_RAW"}
