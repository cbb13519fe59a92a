package pod_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/weft-lang/weft/compiler/eval"
	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/compiler/pod/instructions"
)

// made is the Pod of a call, and find one of its containers.
func made(t *testing.T, in pod.Input) (p *corev1.Pod, find func(name string) corev1.Container) {
	t.Helper()
	objects, findings := pod.Build(in)
	if objects == nil {
		t.Fatal(findings)
	}
	p = objects.Pod
	all := slices.Concat(p.Spec.InitContainers, p.Spec.Containers)
	return p, func(name string) corev1.Container {
		t.Helper()
		i := slices.IndexFunc(all, func(c corev1.Container) bool { return c.Name == name })
		if i < 0 {
			t.Fatalf("there is no container %q", name)
		}
		return all[i]
	}
}

// TestEntrypointIsLiteral keeps the kubelet from reading variables in what an
// image says: there, nobody would.
func TestEntrypointIsLiteral(t *testing.T) {
	in := call(t, `
kind: Workflow
spec:
  templates:
  - name: a
    container: {image: i}
`, nil)
	in.WantsResult = true
	in.Options.Entrypoints = map[string]pod.Entrypoint{"i": {Command: []string{"sh", "-c", "echo $$ $(HOME)"}, Args: []string{"$(A)"}}}
	_, find := made(t, in)
	main := find("main")
	if got := main.Command[len(main.Command)-1] + " " + main.Args[0]; got != "echo $$$$ $$(HOME) $$(A)" {
		t.Errorf("%q", got)
	}
}

// TestLoadIntoVolume shows the container that loads those volumes of main that
// artifacts go into, in a way that it may mount them.
func TestLoadIntoVolume(t *testing.T) {
	_, find := made(t, call(t, `
kind: Workflow
spec:
  volumes: [{name: work, emptyDir: {}}, {name: deep, emptyDir: {}}, {name: keys, secret: {secretName: s}}]
  templates:
  - name: a
    inputs:
      artifacts:
      - {name: one, path: /work/one, raw: {data: x}}
      - {name: two, path: /work/deep/two, raw: {data: x}}
    container:
      image: i
      command: [c]
      securityContext: {privileged: true}
      env: [{name: PART, value: p}]
      volumeMounts:
      - {name: work, mountPath: /work, subPathExpr: $(PART), mountPropagation: Bidirectional}
      - {name: deep, mountPath: /work/deep/, readOnly: true, recursiveReadOnly: Enabled}
      - {name: keys, mountPath: /keys}
`, nil))
	load := find("weft-load")
	var got []string
	for _, m := range load.VolumeMounts {
		if strings.HasPrefix(m.MountPath, instructions.MainDir) {
			got = append(got, fmt.Sprint(m.Name, m.MountPath, m.SubPathExpr, m.ReadOnly, m.MountPropagation != nil, m.RecursiveReadOnly != nil))
		}
	}
	want := []string{"work/weft/main/work$(PART)false false false", "deep/weft/main/work/deepfalse false false"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if len(load.Env) != 1 || load.Env[0].Name != "PART" {
		t.Errorf("the variables of the mount are %v", load.Env)
	}
}

// TestLoadWithoutVariables: those of main are not for others to read.
func TestLoadWithoutVariables(t *testing.T) {
	_, find := made(t, call(t, `
kind: Workflow
spec:
  volumes: [{name: work, emptyDir: {}}]
  templates:
  - name: a
    inputs: {artifacts: [{name: one, path: /work/one, raw: {data: x}}]}
    container: {image: i, command: [c], env: [{name: HTTP_PROXY, value: p}], volumeMounts: [{name: work, mountPath: /work}]}
`, nil))
	if env := find("weft-load").Env; len(env) > 0 {
		t.Errorf("%v", env)
	}
}

// TestGitWithoutRoot: the image that has git would run as root.
func TestGitWithoutRoot(t *testing.T) {
	for _, fields := range []string{"securityContext: {runAsNonRoot: true}", ""} {
		_, find := made(t, call(t, fmt.Sprintf(`
kind: Workflow
spec:
  templates:
  - name: a
    %s
    inputs: {artifacts: [{name: a, path: /a, git: {repo: "https://g/r"}}]}
    container: {image: i, command: [c], securityContext: {runAsNonRoot: true}}
`, fields), nil))
		if user := find("weft-load").SecurityContext.RunAsUser; user == nil || *user == 0 {
			t.Errorf("%q: it runs as the user of its image", fields)
		}
	}
}

// TestAnnotationsTogether: what an object's annotations may take is for all of
// them.
func TestAnnotationsTogether(t *testing.T) {
	in := call(t, scriptText, eval.Names{"inputs.parameters.text": strings.Repeat("x", 100<<10)})
	in.Node.Path = "run(0:" + strings.Repeat("y", 200<<10) + ")"
	p, _ := made(t, in)
	total := 0
	for key, value := range p.Annotations {
		total += len(key) + len(value)
	}
	if total > 256<<10 {
		t.Errorf("annotations take %d bytes", total)
	}
}

// TestPatchOfExecutor: what a patch says of the reference's own containers is for
// those of weft that do their work.
func TestPatchOfExecutor(t *testing.T) {
	const text = `
kind: Workflow
spec:
  volumes: [{name: ca, configMap: {name: ca}}]
  podSpecPatch: |
    initContainers:
    - {name: init, resources: {limits: {memory: 2Gi}}}
    containers:
    - name: wait
      image: another
      env: [{name: HTTPS_PROXY, value: "http://proxy"}]
      volumeMounts: [{name: ca, mountPath: /etc/ssl}]
      resources: {requests: {cpu: "1"}}
    volumes: [{name: ca, configMap: {name: ca}}]
  templates:
  - name: a
    inputs: {artifacts: [{name: a, path: /a, %s}]}
    outputs: {artifacts: [{name: b, path: /b, s3: {endpoint: e, bucket: b, key: k, accessKeySecret: {name: s, key: a}}}]}
    container: {image: i, command: [c]}
    sidecars: %s
`
	p, find := made(t, call(t, fmt.Sprintf(text, `git: {repo: "https://g/r"}`, "[]"), nil))
	for _, name := range []string{"weft-stage", "weft-load"} {
		if r := find(name).Resources; r.Limits.Memory().String() != "2Gi" || len(r.Requests) > 0 || len(r.Limits) != 1 {
			t.Errorf("%s: %v", name, r)
		}
	}
	save := find("weft-save")
	if save.Image != pod.DefaultAgentImage || save.Env[0].Name != "HTTPS_PROXY" || save.Resources.Requests.Cpu().String() != "1" ||
		!slices.ContainsFunc(save.VolumeMounts, func(m corev1.VolumeMount) bool { return m.MountPath == "/etc/ssl" }) {
		t.Errorf("weft-save: %+v", save)
	}
	if n := len(p.Spec.InitContainers) + len(p.Spec.Containers); n != 4 {
		t.Errorf("%d containers", n)
	}
	_, find = made(t, call(t, fmt.Sprintf(text, "raw: {data: x}", "[{name: wait, image: mine, command: [c]}]"), nil))
	if wait := find("wait"); wait.Image != "another" || len(find("weft-save").Env) > 0 {
		t.Errorf("the user's own: %+v", wait)
	}
}

// TestResourcesOfOurs: what a namespace demands of all containers, ours fulfil
// where main does, without making the Pod larger than it has to be.
func TestResourcesOfOurs(t *testing.T) {
	const text = `
kind: Workflow
spec:
  templates:
  - name: a
    inputs: {artifacts: [{name: a, path: /a, git: {repo: "https://g/r"}}]}
    outputs: {artifacts: [{name: b, path: /b, s3: {endpoint: e, bucket: b, key: k, accessKeySecret: {name: s, key: a}}}]}
    container: {image: i, command: [c], resources: %s}
    sidecars: %s
`
	for _, tt := range []struct{ name, main, sidecars, want string }{
		{"nothing", "{}", "[]", "10m/500m 32Mi/256Mi, 10m/500m 32Mi/1Gi, 10m/500m 32Mi/256Mi"},
		{"larger", "{requests: {cpu: 1, memory: 2Gi}, limits: {cpu: 2, memory: 4Gi}}", "[]", "1/2 2Gi/4Gi, 1/2 2Gi/4Gi, 10m/500m 32Mi/256Mi"},
		{"smaller", "{requests: {cpu: 5m, memory: 8Mi}, limits: {cpu: 20m, memory: 16Mi}}", "[]", "5m/20m 32Mi/256Mi, 5m/20m 32Mi/1Gi, 10m/500m 32Mi/256Mi"},
		{"one only", "{requests: {cpu: 1}}", "[]", "1/0 32Mi/256Mi, 1/0 32Mi/1Gi, 10m/500m 32Mi/256Mi"},
		{"guaranteed", "{limits: {cpu: 200m, memory: 2Gi}}", "[]", "200m/200m 2Gi/2Gi, 200m/200m 2Gi/2Gi, 200m/200m 256Mi/256Mi"},
		{"guaranteed and small", "{limits: {cpu: 200m, memory: 64Mi}}", "[]", "200m/200m 256Mi/256Mi, 200m/200m 1Gi/1Gi, 200m/200m 256Mi/256Mi"},
		{"but for a sidecar", "{limits: {cpu: 2, memory: 2Gi}}", "[{name: s, image: i, command: [c]}]", "2/2 2Gi/2Gi, 2/2 2Gi/2Gi, 10m/500m 32Mi/256Mi"},
	} {
		_, find := made(t, call(t, fmt.Sprintf(text, tt.main, tt.sidecars), nil))
		var got []string
		for _, name := range []string{"weft-stage", "weft-load", "weft-save"} {
			r := find(name).Resources
			got = append(got, fmt.Sprintf("%s/%s %s/%s", r.Requests.Cpu(), r.Limits.Cpu(), r.Requests.Memory(), r.Limits.Memory()))
		}
		if strings.Join(got, ", ") != tt.want {
			t.Errorf("%s: %s", tt.name, strings.Join(got, ", "))
		}
	}
}

// TestOptionalSecrets: a Pod waits for a Secret only if somebody needs it.
func TestOptionalSecrets(t *testing.T) {
	const in = "inputs: {artifacts: [{name: a, path: /a, s3: {endpoint: e, bucket: b, key: k, accessKeySecret: {name: s, key: a%s}, secretKeySecret: {name: s, key: b%s}}}]}"
	for _, tt := range []struct {
		first, second string
		optional      bool
	}{
		{"", "", false}, {", optional: true", "", false}, {", optional: true", ", optional: true", true}, {", optional: false", ", optional: true", false},
	} {
		p, _ := made(t, call(t, fmt.Sprintf("kind: Workflow\nspec:\n  templates:\n  - name: a\n    "+in+"\n    container: {image: i, command: [c]}\n", tt.first, tt.second), nil))
		i := slices.IndexFunc(p.Spec.Volumes, func(v corev1.Volume) bool { return v.Secret != nil })
		if s := p.Spec.Volumes[i].Secret; (s.Optional != nil && *s.Optional) != tt.optional {
			t.Errorf("%q and %q: %v", tt.first, tt.second, s.Optional)
		}
	}
}

// TestArchiveLevel finds out before the step has done its work.
func TestArchiveLevel(t *testing.T) {
	for level, want := range map[string]string{"5": "", "-1": "", "10": "there is no compression level 10", "much": "is not a whole number"} {
		_, found := pod.Build(call(t, `
kind: Workflow
spec:
  templates:
  - name: a
    outputs: {artifacts: [{name: a, path: /a, archive: {tar: {compressionLevel: "{{inputs.parameters.level}}"}}, s3: {endpoint: e, bucket: b, key: k}}]}
    container: {image: i, command: [c]}
`, eval.Names{"inputs.parameters.level": level}))
		if (len(found) > 0) != (want != "") || len(found) > 0 && !strings.Contains(found[0].Message, want) {
			t.Errorf("%q: %v", level, found)
		}
	}
}
