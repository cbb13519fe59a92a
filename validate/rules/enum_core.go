package rules

import (
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var enumCore = validate.Rule{
	Name: "enum-core", Group: validate.Pods, Severity: diag.Error,
	Summary: "a field of Kubernetes' own has a value that it does not know",
	Why:     `Kubernetes refuses the Pod. Case counts: it is IfNotPresent, not ifNotPresent.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    container: {image: "alpine:3.23", imagePullPolicy: ifnotpresent, command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    container: {image: "alpine:3.23", imagePullPolicy: IfNotPresent, command: [date]}
`,
	Check: func(p *validate.Pass) {
		for o, t := range podTemplates(p) {
			for _, key := range coreParts {
				checkCoreEnums(p, t.Node.Get(key), key, "")
			}
			for _, h := range t.Node.Get("hostAliases").List() {
				checkHostIP(p, h)
			}
			if o.Spec.Defaults == t || len(o.Spec.Templates) == 0 || o.Spec.Templates[0] != t {
				continue
			}
			for _, key := range append(slices.Clone(coreParts), volumeClaims, "dnsPolicy", "podDisruptionBudget") {
				checkCoreEnums(p, o.Spec.Node.Get(key), key, "")
			}
			for _, h := range o.Spec.Node.Get("hostAliases").List() {
				checkHostIP(p, h)
			}
			if budget := o.Spec.Node.Get("podDisruptionBudget"); budget.Has("minAvailable") && budget.Has("maxUnavailable") {
				p.Reportf(keyPlace(budget, "maxUnavailable"), "a podDisruptionBudget has minAvailable or maxUnavailable, not both")
			}
		}
	},
}

// coreParts are the fields below which everything is Kubernetes' own.
var coreParts = []string{"container", "script", "containerSet", "sidecars", "initContainers", "tolerations", "affinity", "volumes", "securityContext"}

// coreEnums are fields with a fixed set of values: by name, then by the field
// they stand in, "" for any.
var coreEnums = map[string]map[string][]string{
	"imagePullPolicy":          {"": {"Always", "IfNotPresent", "Never"}},
	"terminationMessagePolicy": {"": {"File", "FallbackToLogsOnError"}},
	"dnsPolicy":                {"": {"ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"}},
	"mountPropagation":         {"volumeMounts": {"None", "HostToContainer", "Bidirectional"}},
	"protocol":                 {"ports": {"TCP", "UDP", "SCTP"}},
	"scheme":                   {"httpGet": {"HTTP", "HTTPS"}},
	"effect":                   {"tolerations": {"NoSchedule", "PreferNoSchedule", "NoExecute"}},
	"operator": {
		"tolerations":      {"Exists", "Equal", "Lt", "Gt"},
		"matchExpressions": {"In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"},
		"matchFields":      {"In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"},
	},
	"accessModes": {"": {"ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"}},
	"medium":      {"emptyDir": {"Memory", "HugePages", "HugePages-2Mi", "HugePages-1Gi"}},
	"volumeMode":  {"": {"Filesystem", "Block"}},
	"type": {
		"hostPath":       {"DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice"},
		"seccompProfile": {"RuntimeDefault", "Unconfined", "Localhost"},
	},
	"restartPolicy": {"initContainers": {"Always", "Never", "OnFailure"}},
	"procMount":     {"securityContext": {"Default", "Unmasked"}},
}

// checkCoreEnums walks n, the value of key, which stands in field parent.
func checkCoreEnums(p *validate.Pass, n *tree.Node, key, parent string) {
	if n == nil {
		return
	}
	for _, e := range n.Entries {
		checkCoreEnums(p, e.Value, e.Key.Value, key)
	}
	for _, item := range n.Items {
		if item.IsScalar() {
			checkCoreEnum(p, item, key, parent)
			continue
		}
		for _, e := range item.Entries {
			checkCoreEnums(p, e.Value, e.Key.Value, key)
		}
	}
	if n.IsScalar() {
		checkCoreEnum(p, n, key, parent)
	}
}

func checkCoreEnum(p *validate.Pass, n *tree.Node, key, parent string) {
	values, ok := coreEnums[key][parent]
	if !ok {
		values = coreEnums[key][""]
	}
	text, known := literal(n)
	if !known || len(values) == 0 || slices.Contains(values, text) {
		return
	}
	help, fixes := nearest(n, text, slices.Values(values))
	for _, v := range values {
		if strings.EqualFold(v, text) {
			help, fixes = fmt.Sprintf("did you mean %q?", v), []diag.Fix{replaceText(n, v, false)}
		}
	}
	if help == "" {
		help = "it is one of " + strings.Join(values, ", ")
	}
	p.Report(diag.Diagnostic{Span: n.Place(), Message: fmt.Sprintf("%s cannot be %q", key, text), Help: help, Fixes: fixes})
}

func checkHostIP(p *validate.Pass, alias *tree.Node) {
	if ip, ok := literal(alias.Get("ip")); ok && net.ParseIP(ip) == nil {
		p.Reportf(alias.Get("ip").Place(), "%q is not an IP address", ip)
	}
}
