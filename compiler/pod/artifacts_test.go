package pod_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/compiler/pod/instructions"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/yaml"
)

// TestLocations holds where artifacts go and come from: their own location, the
// template's, that of the run, in all mixtures.
func TestLocations(t *testing.T) {
	const (
		minio = `{s3: {endpoint: m, bucket: b, keyFormat: "f/{{workflow.name}}", accessKeySecret: {name: s, key: k}}}`
		own   = "s3: {endpoint: o, bucket: c, key: k}"
	)
	for _, tt := range []struct{ name, store, archive, out, want string }{
		{"from the store", minio, "", "", `s3 b f/run/a.tgz at m with s`},
		{"a key in it", minio, "", `s3: {key: "x/{{pod.name}}"}`, `s3 b x/POD at m with s`},
		{"another bucket there", minio, "", "s3: {bucket: c, key: k}", `s3 c k at m with s`},
		{"another server", minio, "", own, `s3 c k at o`},
		{"a key, whatever the store is", minio, "", "gcs: {key: k}", `s3 b k at m with s`},
		{"another kind", minio, "", "gcs: {bucket: g, key: k}", `gcs g k`},
		{"the template's", minio, own, "", `s3 c k/a.tgz at o`},
		{"the template's key in the store", minio, "s3: {key: t}", "", `s3 b t/a.tgz at m with s`},
		{"the template's, and nothing else", "", own, "", `s3 c k/a.tgz at o`},
		{"a key in the template's", "", own, "s3: {key: x}", `s3 c x at o`},
		{"no format", "{s3: {bucket: b}}", "", "", `s3 b run/POD/a.tgz`},
		{"the old prefix", "{s3: {bucket: b, keyPrefix: old/}}", "", "", `s3 b old/run/POD/a.tgz`},
		{"a format before the prefix", "{s3: {bucket: b, keyPrefix: old, keyFormat: new}}", "", "", `s3 b new/a.tgz`},
		{"below an address", "{artifactory: {repoURL: 'https://a/r', keyFormat: x, usernameSecret: {name: j, key: k}}}", "", "", `artifactory https://a/r/x/a.tgz with j`},
		{"below an address, no format", "{artifactory: {repoURL: 'https://a/r'}}", "", "", `artifactory https://a/r/run/POD/a.tgz`},
		{"nowhere", "", "", "", `output artifact "a" has nowhere to go`},
		{"a key in nothing", "", "", "s3: {key: k}", `output artifact "a" has nowhere to go`},
		{"what is only read", minio, "", "git: {repo: 'https://g'}", `output artifact "a" has nowhere to go`},
		{"an unknown tag", "{s3: {bucket: b, keyFormat: '{{workflow.nmae}}'}}", "", "", `workflow.nmae`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tell, found := tellOf(t, fmt.Sprintf(`
  - name: t
    archiveLocation: {%s}
    outputs: {artifacts: [{name: a, path: /a, %s}]}
    container: {image: i, command: [c]}`, tt.archive, tt.out), tt.store, nil)
			got := found
			if tell != nil {
				got = shown(tell.Save[0].Location, tell.pod)
			}
			if !strings.Contains(got, tt.want) || tell != nil && got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
	for _, tt := range []struct{ name, store, in, want string }{
		{"a whole location", minio, own, `s3 c k at o`},
		{"a key in the store", minio, "s3: {key: k}", `s3 b k at m with s`},
		{"a bucket there", minio, "s3: {bucket: c, key: k}", `s3 c k at m with s`},
		{"Amazon's", "", "s3: {bucket: c, key: k}", `s3 c k`},
		{"a key in nothing", "", "s3: {key: k}", `input artifact "a" has a key and no store to find it in`},
	} {
		t.Run("input "+tt.name, func(t *testing.T) {
			tell, got := tellOf(t, fmt.Sprintf(`
  - name: t
    inputs: {artifacts: [{name: a, path: /a, %s}]}
    container: {image: i, command: [c]}`, tt.in), tt.store, nil)
			if tell != nil {
				got = shown(tell.Load[0].Location, tell.pod)
			}
			if !strings.Contains(got, tt.want) || tell != nil && got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

// TestReachable holds that whoever runs Pods can refuse stores before there are
// any.
func TestReachable(t *testing.T) {
	asked := 0
	refuse := func(location json.RawMessage) error {
		asked++
		if strings.Contains(string(location), `{"gcs":`) {
			return errors.New("nobody knows gcs")
		}
		return nil
	}
	for _, template := range []string{
		"inputs: {artifacts: [{name: a, path: /a, gcs: {bucket: b, key: k}}]}\n    container: {image: i, command: [c]}",
		"outputs: {artifacts: [{name: a, path: /a, gcs: {bucket: b, key: k}}]}\n    container: {image: i, command: [c]}",
		"archiveLocation: {archiveLogs: true, gcs: {bucket: b, key: k}}\n    container: {image: i, command: [c]}",
		"data: {source: {artifactPaths: {name: a, gcs: {bucket: b, key: k}}}, transformation: [{expression: data}]}",
	} {
		tell, found := tellOf(t, "\n  - name: t\n    "+template, "", refuse)
		if tell != nil || !strings.Contains(found, "nobody knows gcs [artifact-store-unsupported]") {
			t.Errorf("%s: %s", template, found)
		}
	}
	const good = "\n  - name: t\n    inputs: {artifacts: [{name: a, path: /a, raw: {data: x}}]}\n    container: {image: i, command: [c]}"
	if tell, found := tellOf(t, good, "", refuse); tell == nil || asked != 5 {
		t.Errorf("asked %d times: %s", asked, found)
	}
}

// told is what the agent of a Pod is told.
type told struct {
	instructions.Instructions
	pod string
}

// tellOf builds the Pod of a template, and returns what its agent is told, or what
// is wrong.
func tellOf(t *testing.T, template, store string, reachable func(json.RawMessage) error) (*told, string) {
	t.Helper()
	project, _ := read(t, "in.yaml", "kind: Workflow\nmetadata: {name: run}\nspec:\n  templates:"+template)
	object := project.Objects[0]
	s := &settings{Path: "run[0]"}
	in := s.input(object, object.Spec.Templates[0])
	in.Options.Reachable = reachable
	if store != "" {
		docs, _ := yaml.Parse(source.NewFile("store.yaml", store))
		in.Options.Store = docs[0].Root
	}
	objects, findings := pod.Build(in)
	if objects == nil {
		var all []string
		for _, d := range findings {
			all = append(all, d.Message+" ["+d.Rule+"]")
		}
		return nil, strings.Join(all, "\n")
	}
	out := &told{pod: objects.Pod.Name}
	if err := json.Unmarshal([]byte(objects.Pod.Annotations[pod.AnnotationInstructions]), &out.Instructions); err != nil {
		t.Fatal(err)
	}
	return out, ""
}

// shown is a location on one line.
func shown(location json.RawMessage, podName string) string {
	var kinds map[string]struct {
		Bucket, Key, URL, Endpoint      string
		AccessKeySecret, UsernameSecret struct{ Name string }
	}
	if err := json.Unmarshal(location, &kinds); err != nil {
		return err.Error()
	}
	var b strings.Builder
	for kind, l := range kinds {
		fmt.Fprintf(&b, "%s %s %s", kind, l.Bucket, l.Key+l.URL)
		if l.Endpoint != "" {
			b.WriteString(" at " + l.Endpoint)
		}
		if secret := l.AccessKeySecret.Name + l.UsernameSecret.Name; secret != "" {
			b.WriteString(" with " + secret)
		}
	}
	return strings.ReplaceAll(strings.ReplaceAll(b.String(), "  ", " "), podName, "POD")
}

// TestLoadsAsMain holds that artifacts belong to the user who works with them,
// and that a Pod which may not run as root does not.
func TestLoadsAsMain(t *testing.T) {
	for _, tt := range []struct{ name, pod, main, want string }{
		{"nobody says", "{}", "{}", "0"},
		{"the container", "{}", "{runAsUser: 7}", "7"},
		{"the Pod", "{runAsUser: 8}", "{}", "the Pod's"},
		{"both", "{runAsUser: 8}", "{runAsUser: 7}", "7"},
		{"not root", "{}", "{runAsNonRoot: true}", "65532"},
		{"no Pod as root", "{runAsNonRoot: true}", "{}", "the Pod's"},
		{"root in a Pod that is not", "{runAsNonRoot: true}", "{runAsNonRoot: false}", "0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			project, _ := read(t, "in.yaml", fmt.Sprintf(`kind: Workflow
metadata: {name: run}
spec:
  templates:
  - name: t
    securityContext: %s
    inputs: {artifacts: [{name: a, path: /a, raw: {data: x}}]}
    container: {image: i, command: [c], securityContext: %s}`, tt.pod, tt.main))
			object := project.Objects[0]
			objects, found := pod.Build((&settings{Path: "run[0]"}).input(object, object.Spec.Templates[0]))
			if objects == nil {
				t.Fatal(found)
			}
			i := slices.IndexFunc(objects.Pod.Spec.InitContainers, func(c corev1.Container) bool { return c.Name == "weft-load" })
			got := "the Pod's"
			if c := objects.Pod.Spec.InitContainers[i].SecurityContext; c.RunAsUser != nil {
				got = fmt.Sprint(*c.RunAsUser)
			}
			if got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

// TestKeepsFromRoot holds that weft's own containers promise what all of the
// user's do, each for itself, and nothing that they could not keep.
func TestKeepsFromRoot(t *testing.T) {
	for _, tt := range []struct{ name, pod, main, sidecar, want string }{
		{"all promise", "{}", "{runAsNonRoot: true}", "{runAsNonRoot: true}", "true as 65532"},
		{"all promise, the Pod has a user", "{runAsUser: 8}", "{runAsNonRoot: true}", "{runAsNonRoot: true}", "true"},
		{"the Pod is root's", "{runAsUser: 0}", "{runAsNonRoot: true, runAsUser: 7}", "{runAsNonRoot: true, runAsUser: 7}", "true as 65532"},
		{"the Pod promises", "{runAsNonRoot: true}", "{}", "{}", ""},
		{"one does not", "{}", "{runAsNonRoot: true}", "{}", ""},
		{"nobody does", "{}", "{}", "{}", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			project, _ := read(t, "in.yaml", fmt.Sprintf(`kind: Workflow
metadata: {name: run}
spec:
  templates:
  - name: t
    securityContext: %s
    script: {image: i, command: [c], source: s, securityContext: %s}
    sidecars:
    - {name: s, image: i, command: [c], securityContext: %s}`, tt.pod, tt.main, tt.sidecar))
			object := project.Objects[0]
			objects, found := pod.Build((&settings{Path: "run[0]"}).input(object, object.Spec.Templates[0]))
			if objects == nil {
				t.Fatal(found)
			}
			i := slices.IndexFunc(objects.Pod.Spec.InitContainers, func(c corev1.Container) bool { return c.Name == "weft-stage" })
			got, s := "", objects.Pod.Spec.InitContainers[i].SecurityContext
			if s.RunAsNonRoot != nil {
				got = fmt.Sprint(*s.RunAsNonRoot)
			}
			if s.RunAsUser != nil {
				got += fmt.Sprint(" as ", *s.RunAsUser)
			}
			if got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}
