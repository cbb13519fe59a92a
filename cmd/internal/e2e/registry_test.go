//go:build e2e && linux

package e2e

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/weft-lang/weft/cmd/internal/outcome"
	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/runtime/kube/testenv/images"
)

// serveRegistry starts a registry that lets in ada, whose password is secret.
func serveRegistry(t *testing.T) (host string) {
	t.Helper()
	inner := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "ada" || password != "secret" {
			w.Header().Set("WWW-Authenticate", `Basic realm="tests"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		inner.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

// TestEntrypointFromRegistry runs an image that is nowhere but in a registry,
// without anybody saying what it runs. weft learns it with the pull secret of the
// service account, and the kubelet fetches what weft has looked at.
func TestEntrypointFromRegistry(t *testing.T) {
	image, err := images.Debian("coreutils")
	if err != nil {
		t.Fatal(err)
	}
	file, err := image.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	config := file.Config
	config.Entrypoint, config.Cmd = []string{"echo", "hello"}, []string{"everybody"}
	if image, err = mutate.Config(image, config); err != nil {
		t.Fatal(err)
	}
	host := serveRegistry(t)
	ref, err := name.ParseReference(host + "/tools/greet:v1")
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(ref, image, remote.WithAuth(&authn.Basic{Username: "ada", Password: "secret"})); err != nil {
		t.Fatal(err)
	}
	digest, err := image.Digest()
	if err != nil {
		t.Fatal(err)
	}

	namespace := shared.namespace(t)
	shared.create(t, secrets, namespace, `{apiVersion: v1, kind: Secret, metadata: {name: registry}, type: kubernetes.io/dockerconfigjson,
stringData: {.dockerconfigjson: '{"auths": {"`+host+`": {"username": "ada", "password": "secret"}}}'}}`)
	patch := []byte(`{"imagePullSecrets": [{"name": "registry"}]}`)
	if _, err := shared.client.Resource(accounts).Namespace(namespace).Patch(t.Context(), "default", types.MergePatchType, patch, meta.PatchOptions{}); err != nil {
		t.Fatal(err)
	}
	dir := write(t, map[string]string{"greet.yaml": `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: greet}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: all, template: all}
      - {name: one, template: one}
    outputs:
      parameters:
      - {name: all, valueFrom: {parameter: "{{steps.all.outputs.result}}"}}
      - {name: one, valueFrom: {parameter: "{{steps.one.outputs.result}}"}}
  - name: all
    container: {image: "` + ref.Name() + `"}
  - name: one
    container: {image: "` + ref.Name() + `", args: [ada]}
`})
	end, err := shared.run(dir, "--cluster", "-n", namespace, "greet.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if root := end.Nodes["WF"]; root[outcome.Phase] != "Succeeded" || root[outcome.Output+"all"] != "hello everybody" || root[outcome.Output+"one"] != "hello ada" {
		t.Errorf("it ends %+v: %s", root, end.said)
	}
	pods, err := shared.client.Resource(podKind).Namespace(namespace).List(t.Context(), meta.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pods.Items {
		containers, _, _ := unstructured.NestedSlice(p.Object, "spec", "containers")
		if got, want := containers[0].(map[string]any)["image"], host+"/tools/greet@"+digest.String(); got != want {
			t.Errorf("%s runs %s, want %s", p.GetAnnotations()[pod.AnnotationNode], got, want)
		}
	}
	if len(pods.Items) != 2 {
		t.Errorf("there are %d Pods", len(pods.Items))
	}
}
