package rules_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

// podCase is a template, or a part of a spec, with what is found in it.
type podCase struct {
	rule string
	body string // lines of a template, or of the spec before its templates when it begins with "spec:"
	at   string // the text underlined, "" when the rule finds nothing
}

const bodyHead = `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  arguments: {parameters: [{name: p, value: v}]}
`

// document makes a whole workflow of a case.
func (c podCase) document() string {
	spec, template, ok := strings.Cut(c.body, "template:\n")
	if !ok {
		spec, template = "", c.body
	}
	return bodyHead + strings.TrimPrefix(spec, "spec:\n") + "  templates:\n  - name: main\n" + template
}

func runPodCases(t *testing.T, profile validate.Profile, cases []podCase) {
	for _, c := range cases {
		found := slices.DeleteFunc(check(t, c.document(), profile), func(d diag.Diagnostic) bool { return d.Rule != c.rule })
		switch {
		case c.at == "" && len(found) > 0:
			t.Errorf("%s: nothing is wrong with\n%s\nbut: %s", c.rule, c.body, lines(found))
		case c.at != "" && !slices.ContainsFunc(found, func(d diag.Diagnostic) bool { return d.Span.Text() == c.at }):
			t.Errorf("%s: want a finding at %q in\n%s\ngot: %s", c.rule, c.at, c.body, lines(found))
		}
	}
}

func TestPodRules(t *testing.T) {
	runPodCases(t, validate.Recommended, []podCase{
		{"volume-mount-undeclared", "    volumes: [{name: a, emptyDir: {}}]\n    container: {image: x, command: [y], volumeMounts: [{name: a, mountPath: /a}]}\n", ""},
		{"volume-mount-undeclared", "    container: {image: x, command: [y], volumeMounts: [{name: a, mountPath: /a}]}\n", "a"},
		{"volume-mount-undeclared", "    container: {image: x, command: [y], volumeMounts: [{name: \"{{workflow.parameters.p}}\", mountPath: /a}]}\n", ""},
		{"volume-mount-undeclared", "    sidecars: [{name: s, image: x, volumeMounts: [{name: b, mountPath: /b}]}]\n    container: {image: x, command: [y]}\n", "b"},
		{"volume-mount-undeclared", "spec:\n  podSpecPatch: 'volumes: [{name: a, emptyDir: {}}]'\ntemplate:\n    container: {image: x, command: [y], volumeMounts: [{name: a, mountPath: /a}]}\n", ""},
		{"volume-mount-undeclared", "spec:\n  volumeClaimTemplates: [{metadata: {name: a}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}]\ntemplate:\n    container: {image: x, command: [y], volumeMounts: [{name: a, mountPath: /a}]}\n", ""},

		{"volume-mount-incomplete", "    volumes: [{name: a, emptyDir: {}}]\n    container: {image: x, command: [y], volumeMounts: [{name: a, mountPath: /a, subPath: /b}]}\n", "/b"},
		{"volume-mount-incomplete", "    volumes: [{name: a, emptyDir: {}}]\n    container: {image: x, command: [y], volumeMounts: [{name: a, mountPath: /a, subPath: b/../../c}]}\n", "b/../../c"},
		{"mount-path-invalid", "    volumes: [{name: a, emptyDir: {}}]\n    container: {image: x, command: [y], volumeMounts: [{name: a, mountPath: \"/a:b\"}]}\n", `"/a:b"`},
		{"mount-path-invalid", "    volumes: [{name: a, emptyDir: {}}]\n    container: {image: x, command: [y], volumeMounts: [{name: a, mountPath: /a}, {name: a, mountPath: /a/}]}\n", "/a/"},

		{"volume-invalid", "    volumes: [{name: A_b, emptyDir: {}}]\n    container: {image: x, command: [y], volumeMounts: [{name: A_b, mountPath: /a}]}\n", "A_b"},
		{"volume-invalid", "    volumes: [{name: a}]\n    container: {image: x, command: [y], volumeMounts: [{name: a, mountPath: /a}]}\n", ""},
		{"volume-invalid", "spec:\n  volumeClaimTemplates: [{metadata: {name: a}, spec: {resources: {requests: {storage: 1Gi}}}}]\ntemplate:\n    container: {image: x, command: [y], volumeMounts: [{name: a, mountPath: /a}]}\n", "resources"},
		{"volume-duplicate", "    volumes: [{name: a, emptyDir: {}}, {name: a, emptyDir: {}}]\n    container: {image: x, command: [y], volumeMounts: [{name: a, mountPath: /a}]}\n", "a"},

		{"env-invalid", "    container: {image: x, command: [y], env: [{value: b}]}\n", "value"},
		{"env-invalid", "    container: {image: x, command: [y], env: [{name: A, value: b, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]}\n", "valueFrom"},
		{"env-invalid", "    container: {image: x, command: [y], env: [{name: A, valueFrom: {configMapKeyRef: {key: b}}}]}\n", "configMapKeyRef"},
		{"env-invalid", "    container: {image: x, command: [y], env: [{name: A}, {name: B, value: \"\"}]}\n", ""},
		{"env-duplicate", "    container: {image: x, command: [y], env: [{name: A, value: b}, {name: A, value: c}]}\n", "A"},
		{"env-name-odd", "    container: {image: x, command: [y], env: [{name: 1A, value: b}]}\n", "1A"},
		{"env-name-odd", "    container: {image: x, command: [y], env: [{name: spring.profiles-active, value: b}]}\n", ""},

		{"port-invalid", "    container: {image: x, command: [y], ports: [{containerPort: 0}]}\n", "0"},
		{"port-invalid", "    container: {image: x, command: [y], ports: [{name: a, containerPort: 1}, {name: a, containerPort: 2}]}\n", "a"},
		{"resources-invalid", "    container: {image: x, command: [y], resources: {requests: {memory: 2Gi}, limits: {memory: 1Gi}}}\n", "2Gi"},
		{"resources-invalid", "    container: {image: x, command: [y], resources: {limits: {cpu: -1}}}\n", "-1"},
		{"resources-invalid", "    container: {image: x, command: [y], resources: {limits: {nvidia.com/gpu: 1, hugepages-2Mi: 4Mi, ephemeral-storage: 1Gi}}}\n", ""},
		{"resource-unit-odd", "    container: {image: x, command: [y], resources: {limits: {memory: 512}}}\n", "512"},
		{"resource-unit-odd", "    container: {image: x, command: [y], resources: {limits: {cpu: 500Mi}}}\n", "500Mi"},
		{"resource-unit-odd", "    container: {image: x, command: [y], resources: {limits: {cpu: 96, memory: 4Mi}}}\n", ""},

		{"image-invalid", "    container: {image: Alpine, command: [y]}\n", "Alpine"},
		{"image-invalid", "    container: {image: \"alpine: 3\", command: [y]}\n", `"alpine: 3"`},
		{"image-invalid", "    container: {image: \"REG.example.com:5000/a/b_c.d:V1@sha256:0123456789012345678901234567890123456789012345678901234567890123\", command: [y]}\n", ""},
		{"image-invalid", "    container: {image: \"{{workflow.parameters.p}}:{{workflow.parameters.p}}\", command: [y]}\n", ""},
		{"image-missing-secondary", "    containerSet: {containers: [{name: main, command: [y]}]}\n", "name"},
		{"container-name-conflict", "    container: {image: x, command: [y]}\n    initContainers: [{name: wait, image: x}]\n", "wait"},
		{"container-name-conflict", "    container: {image: x, command: [y]}\n    initContainers: [{name: a, image: x}]\n    sidecars: [{name: a, image: x}]\n", "a"},

		{"enum-core", "    tolerations: [{key: a, operator: exists}]\n    container: {image: x, command: [y]}\n", "exists"},
		{"enum-core", "    container: {image: x, command: [y], ports: [{containerPort: 80, protocol: http}]}\n", "http"},
		{"enum-core", "spec:\n  hostAliases: [{ip: localhost, hostnames: [a]}]\ntemplate:\n    container: {image: x, command: [y]}\n", "localhost"},
		{"enum-core", "spec:\n  podDisruptionBudget: {minAvailable: 1, maxUnavailable: 1}\ntemplate:\n    container: {image: x, command: [y]}\n", "maxUnavailable"},

		{"http-invalid", "    http: {url: /status}\n", "/status"},
		{"http-invalid", "    http: {url: \"{{workflow.parameters.p}}/status\"}\n", ""},
		{"http-odd", "    http: {url: \"https://a.example\", timeoutSeconds: 0}\n", "0"},
		{"http-odd", "    http: {url: \"https://a.example\", method: PSOT}\n", "PSOT"},
		{"resource-manifest-shape", "    resource: {action: create, manifest: \"[a, b]\"}\n", "[a, b]"},
		{"resource-manifest-shape", "    resource: {action: apply, manifest: \"{apiVersion: v1, kind: ConfigMap, metadata: {generateName: a-}}\"}\n", "generateName"},
		{"resource-manifest-shape", "    resource: {action: create, manifest: \"{{workflow.parameters.p}}\"}\n", ""},
		{"resource-manifest-shape", "    resource: {action: patch, mergeStrategy: merge, flags: [cm, a], manifest: \"{data: {a: b}}\"}\n", ""},
		{"pod-spec-patch-invalid", "    podSpecPatch: just text\n    container: {image: x, command: [y]}\n", "just text"},
		{"pod-spec-patch-invalid", "    podSpecPatch: '{{workflow.parameters.p}}'\n    container: {image: x, command: [y]}\n", ""},
		{"automount-without-executor-sa", "    automountServiceAccountToken: false\n    container: {image: x, command: [y]}\n", "automountServiceAccountToken"},
		{"pod-name-invalid", "    steps: [[{name: Upper, template: lower}]]\n  - name: lower\n    container: {image: x, command: [y]}\n", ""},
	})
}

func TestScriptRules(t *testing.T) {
	script := func(command, source string) string {
		return "    script:\n      image: alpine:3.23\n      command: [" + command + "]\n      source: |\n        " + strings.ReplaceAll(source, "\n", "\n        ") + "\n"
	}
	runPodCases(t, validate.Recommended, []podCase{
		{"shell-syntax", script("sh", "if true; then\n  echo a"), "if"},
		{"shell-syntax", script("bash", "echo $(date"), "$(date"},
		{"shell-syntax", script("sh", "for i in {{workflow.parameters.p}}; do\n  echo $i\ndone"), ""},
		{"shell-syntax", script("sh", "echo {{'a}}b'"), ""},
		{"shell-syntax", script("sh", "if {{workflow.parameters.p}} then echo a; fi"), ""},
		{"shell-syntax", script("bash", "a=(1 2)\n[[ ${a[0]} =~ ^1 ]] && echo \"${a[@]:1}\""), ""},
		{"shell-syntax", script("sh", "cat <<END\nnot ended"), ""},
		{"shell-syntax", script("sh", "exit 0\n((("), ""},
		{"shell-syntax", script("python", "if x:\n  print('('"), ""},
		{"shell-syntax", "    container: {image: x, command: [sh, -c], args: [\"echo 'a\"]}\n", "'a"},
		{"shell-syntax", "    container: {image: x, command: [bash, -euo, pipefail, -c, \"echo a; done\"]}\n", "done"},

		{"shell-bashism", script("sh", "a=(1 2)"), "(1"},
		{"shell-bashism", script("sh", "[[ -n $a ]] && echo ${a/b/c}"), ""},
		{"shell-bashism", "    script:\n      image: debian:13\n      command: [sh]\n      source: '[[ -n $a ]] && echo b'\n", "[["},
		{"shell-odd-character", script("sh", "echo \"“fine”\""), ""},
		{"shell-odd-character", script("sh", "ls –l"), "–"},

		{"shell-without-script", "    container: {image: x, command: [bash, -c]}\n", "-c"},
		{"shell-without-script", "spec:\n  templateDefaults: {container: {args: [date]}}\ntemplate:\n    container: {image: x, command: [bash]}\n", ""},
		{"shell-arguments-split", "    container: {image: x, command: [sh, -c], args: [echo, hello]}\n", "hello"},
		{"shell-arguments-split", "    container: {image: x, command: [sh, -c, 'echo $1', sh], args: [hello]}\n", ""},
		{"shell-missing", "    container: {image: x, command: [exit, \"1\"]}\n", "exit"},
		{"shell-missing", "    container: {image: x, command: [echo, a, \"|\", b]}\n", `"|"`},
		{"shell-missing", "    container: {image: x, command: [echo, $A], env: [{name: A, value: b}]}\n", "$A"},
		{"shell-missing", "    container: {image: x, command: [echo, $(A), $B], env: [{name: A, value: b}]}\n", ""},
		{"command-with-spaces", "    container: {image: x, command: [\"python -m a\"]}\n", `"python -m a"`},
		{"command-with-spaces", "    container: {image: x, command: [\"{{ workflow.parameters.p }}\"]}\n", ""},
		{"program-not-in-image", "    container: {image: python:3.13-alpine, command: [bash]}\n", "bash"},
		{"program-not-in-image", "    container: {image: python:3.13, command: [bash]}\n", ""},
		{"script-without-command", "    script: {image: x, source: \"#!/bin/sh\\necho a\"}\n", ""},
		{"script-interpreter-mismatch", script("sh", "#!/usr/bin/env python3\nprint(1)"), "sh"},
		{"script-interpreter-mismatch", script("bash", "#!/bin/sh\necho a"), ""},
		{"script-interpreter-mismatch", script("python3.12", "#!/usr/bin/env python\nprint(1)"), ""},
	})
}

func TestSecurityRules(t *testing.T) {
	runPodCases(t, validate.Recommended, []podCase{
		{"secret-in-plain-text", "    container: {image: x, command: [y], env: [{name: API_KEY, value: s3cr3t-Value}]}\n", "s3cr3t-Value"},
		{"secret-in-plain-text", "    container: {image: x, command: [y], env: [{name: TOKEN_FILE, value: /run/token}, {name: SECRET, value: my-secret}, {name: PASSWORD, value: $(OTHER)}]}\n", ""},
		{"secret-in-plain-text", "    container: {image: x, command: [y, --password=s3cr3t-Value]}\n", "--password=s3cr3t-Value"},
		{"secret-in-plain-text", "    container: {image: x, command: [y], args: [--api-key, s3cr3t-Value]}\n", "s3cr3t-Value"},
		{"secret-in-plain-text", "    container: {image: x, command: [y, --password, $(PASSWORD), --token, --verbose, --secret=my-secret]}\n", ""},
		{"resources-invalid", "    container: {image: x, command: [y], resources: {limits: {nvidia.com/gpu: 500m}}}\n", "500m"},
		{"resources-invalid", "    container: {image: x, command: [y], resources: {requests: {nvidia.com/gpu: 1}}}\n", "nvidia.com/gpu"},
		{"resources-invalid", "    container: {image: x, command: [y], resources: {requests: {nvidia.com/gpu: 1}, limits: {nvidia.com/gpu: 2}}}\n", "1"},
		{"resources-invalid", "    container: {image: x, command: [y], resources: {requests: {nvidia.com/gpu: 1}, limits: {nvidia.com/gpu: \"1\"}}}\n", ""},
		{"probe-invalid", "    container: {image: x, command: [y], livenessProbe: {periodSeconds: 5}}\n", "livenessProbe"},
		{"probe-invalid", "    container: {image: x, command: [y], livenessProbe: {successThreshold: 2, exec: {command: [z]}}}\n", "2"},
		{"probe-invalid", "    container: {image: x, command: [y], readinessProbe: {successThreshold: 2, exec: {command: [z]}}}\n", ""},
		{"probe-invalid", "    container: {image: x, command: [y], readinessProbe: {httpGet: {port: web}}}\n", "web"},
		{"probe-invalid", "    container: {image: x, command: [y], ports: [{containerPort: 80, name: web}], readinessProbe: {httpGet: {port: web}}}\n", ""},
		{"probe-invalid", "    container: {image: x, command: [y], readinessProbe: {tcpSocket: {port: \"80\"}}}\n", ""},
		{"metric-incomplete", "spec:\n  metrics: {prometheus: [{name: m, help: h, counter: {value: one}}]}\ntemplate:\n    container: {image: x, command: [y]}\n", "one"},
		{"metric-incomplete", "spec:\n  metrics: {prometheus: [{name: m, help: h, counter: {value: \"1e3\"}}]}\ntemplate:\n    container: {image: x, command: [y]}\n", ""},
		{"resource-manifest-shape", "    resource: {action: create, manifest: \"{apiVersion: v1, kind: Pod, metadata: {name: a, labels: {rev: 5}}}\"}\n", "5"},
		{"resource-manifest-shape", "    resource: {action: create, manifest: \"{apiVersion: v1, kind: Pod, metadata: {name: a, labels: {rev: '5', b: {{workflow.parameters.p}} }}}\"}\n", ""},
		{"security-context-invalid", "    container: {image: x, command: [y], securityContext: {privileged: true, allowPrivilegeEscalation: false}}\n", "false"},
		{"scheduling-invalid", "spec:\n  dnsPolicy: None\ntemplate:\n    container: {image: x, command: [y]}\n", "None"},
		{"scheduling-invalid", "spec:\n  affinity: {podAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, podAffinityTerm: {topologyKey: a, labelSelector: {matchExpressions: [{key: a, operator: In}]}}}]}}\ntemplate:\n    container: {image: x, command: [y]}\n", "In"},
		{"scheduling-invalid", "spec:\n  tolerations: [{operator: Exists}, {key: a, value: b}]\ntemplate:\n    container: {image: x, command: [y]}\n", ""},
		{"volume-invalid", "    volumes: [{name: v, persistentVolumeClaim: {}}]\n    container: {image: x, command: [y], volumeMounts: [{name: v, mountPath: /v}]}\n", "persistentVolumeClaim"},
		{"volume-invalid", "    volumes: [{name: v, secret: {secretName: s, defaultMode: 644}}]\n    container: {image: x, command: [y], volumeMounts: [{name: v, mountPath: /v}]}\n", "644"},
		{"volume-invalid", "    volumes: [{name: v, secret: {secretName: s, defaultMode: 0644}}]\n    container: {image: x, command: [y], volumeMounts: [{name: v, mountPath: /v}]}\n", ""},
		{"env-invalid", "    container: {image: x, command: [y], envFrom: [{prefix: A_}]}\n", "{prefix: A_}"},
		{"enum-core", "    volumes: [{name: v, emptyDir: {medium: memory}}]\n    container: {image: x, command: [y], volumeMounts: [{name: v, mountPath: /v}]}\n", "memory"},
		{"probe-invalid", "    container: {image: x, command: [y], livenessProbe: {periodSeconds: -1, exec: {command: [z]}}}\n", "-1"},
		{"security-context-invalid", "    container: {image: x, command: [y], securityContext: {runAsUser: 0}}\n", ""},
		{"service-account-name-invalid", "    serviceAccountName: Bob\n    container: {image: x, command: [y], tty: false}\n", "Bob"},
		{"service-account-name-invalid", "    serviceAccountName: \"{{workflow.parameters.p}}\"\n    container: {image: x, command: [y], tty: false}\n", ""},
		{"shell-reads-file", "    container: {image: x, command: [bash, -x], args: [a b]}\n", ""},
		{"shell-reads-file", "    container: {image: x, command: [/bin/sh], args: [/run.sh, a b]}\n", ""},
		{"shell-reads-file", "    container: {image: x, command: [/bin/sh, \"{{workflow.parameters.p}}\"]}\n", ""},
		{"memoize-incomplete", "    memoize: {key: a, cache: {configMap: {name: a_b}}}\n    container: {image: x, command: [y], tty: false}\n", "a_b"},
		{"secret-in-plain-text", "    container: {image: x, command: [git, clone, \"https://bob:hunter22@example.com/r.git\"]}\n", "https://bob:hunter22@"},
		{"secret-in-plain-text", "    container: {image: x, command: [git, clone, \"https://{{workflow.parameters.p}}:x@example.com/r.git\"]}\n", ""},
	})
	runPodCases(t, validate.SecurityProfile, []podCase{
		{"host-path", "    volumes: [{name: a, hostPath: {path: /}}]\n    container: {image: x, command: [y]}\n", "hostPath"},
		{"privileged-container", "    container: {image: x, command: [y], securityContext: {allowPrivilegeEscalation: true}}\n", "allowPrivilegeEscalation: true"},
		{"shell-injection", "    container: {image: x, command: [sh, -c, 'echo {{workflow.parameters.p}}']}\n", "{{workflow.parameters.p}}"},
		{"shell-injection", "    container: {image: x, command: [echo, '{{workflow.parameters.p}}']}\n", ""},
		{"shell-injection", "    container: {image: x, command: [sh, -c, 'echo {{workflow.name}}']}\n", ""},
		{"manifest-injection", "    resource: {action: create, manifest: 'data: \"{{workflow.parameters.p}}\"'}\n", ""},
		{"insecure-transport", "    http: {url: \"http://api.default.svc/x\"}\n", ""},
	})
}

// TestOddCharacterFix holds that a fix leaves no quote open.
func TestOddCharacterFix(t *testing.T) {
	for line, want := range map[string]string{
		"rm “a”":      "rm \"a\"",
		"rm –“$HOME”": "rm -\"$HOME\"",
		"rm “a b”":    "rm “a b”",
		"rm ‘a’":      "rm 'a'",
		"ls –l":       "ls -l",
	} {
		before := podCase{body: "    script:\n      image: alpine:3.23\n      command: [sh]\n      source: |\n        " + line + "\n"}.document()
		found := false
		for _, d := range check(t, before, validate.Recommended) {
			if d.Rule != "shell-odd-character" {
				continue
			}
			found = true
			text := d.Span.File.Text
			for _, f := range d.Fixes {
				for _, e := range slices.Backward(f.Edits) {
					text = text[:e.Span.Start] + e.New + text[e.Span.End:]
				}
			}
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in\n%s", line, want, text)
			}
		}
		if !found {
			t.Errorf("%s: no finding", line)
		}
	}
}

// TestShellInjectionFix applies the fix and looks at the whole of it.
func TestShellInjectionFix(t *testing.T) {
	before := podCase{body: `    script:
      image: alpine:3.23
      command: [sh]
      source: |
        # {{workflow.parameters.p}}
        echo {{workflow.parameters.p}} "a {{workflow.parameters.p}}" 'b {{workflow.parameters.p}}'
        for x in {{workflow.parameters.p}}; do echo $x; done
`}.document()
	after := podCase{body: `    script:
      env:
      - {name: P, value: "{{workflow.parameters.p}}"}
      image: alpine:3.23
      command: [sh]
      source: |
        # {{workflow.parameters.p}}
        echo "${P}" "a ${P}" 'b '"${P}"''
        for x in {{workflow.parameters.p}}; do echo $x; done
`}.document()
	for _, d := range check(t, before, validate.SecurityProfile) {
		if d.Rule != "shell-injection" || len(d.Fixes) == 0 {
			continue
		}
		text := d.Span.File.Text
		edits := slices.Clone(d.Fixes[0].Edits)
		slices.SortFunc(edits, func(a, b diag.Edit) int { return b.Span.Start - a.Span.Start })
		for _, e := range edits {
			text = text[:e.Span.Start] + e.New + text[e.Span.End:]
		}
		if want := strings.TrimPrefix(after, "\n"); text != want {
			t.Errorf("got\n%s\nwant\n%s", text, want)
		}
		return
	}
	t.Error("there is no fix")
}
