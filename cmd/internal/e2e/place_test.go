//go:build e2e && linux

package e2e

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	sigsyaml "sigs.k8s.io/yaml"

	"github.com/weft-lang/weft/runtime/artifact"
)

// The kinds of objects that tests make.
var (
	namespaces = schema.GroupVersionResource{Version: "v1", Resource: "namespaces"}
	accounts   = schema.GroupVersionResource{Version: "v1", Resource: "serviceaccounts"}
	configMaps = schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}
	secrets    = schema.GroupVersionResource{Version: "v1", Resource: "secrets"}
	roles      = schema.GroupVersionResource{Group: "rbac.authorization.k8s.io", Version: "v1", Resource: "roles"}
	bindings   = schema.GroupVersionResource{Group: "rbac.authorization.k8s.io", Version: "v1", Resource: "rolebindings"}
)

// kinds are those of objects that stories bring along.
var kinds = map[string]schema.GroupVersionResource{
	"ConfigMap": configMaps, "Secret": secrets, "Role": roles, "RoleBinding": bindings, "ServiceAccount": accounts,
}

// namespace makes a namespace, and deletes it when the test ends.
func (w *world) namespace(t testing.TB) string {
	t.Helper()
	name := "e2e-" + strings.ToLower(rand.Text()[:8])
	w.namespaceCalled(t, name)
	return name
}

func (w *world) namespaceCalled(t testing.TB, name string) {
	t.Helper()
	w.create(t, namespaces, "", `{apiVersion: v1, kind: Namespace, metadata: {name: `+name+`}}`)
	t.Cleanup(func() {
		if err := w.client.Resource(namespaces).Delete(context.Background(), name, meta.DeleteOptions{}); err != nil {
			t.Error(err)
		}
	})
	for { // a controller makes the account, and Pods have to have one
		_, err := w.client.Resource(accounts).Namespace(name).Get(t.Context(), "default", meta.GetOptions{})
		if err == nil {
			return
		}
		select {
		case <-t.Context().Done():
			t.Fatal(err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// allow lets an account of a namespace do what a role of the cluster says.
func (w *world) allow(t testing.TB, namespace, account, role string) {
	t.Helper()
	w.create(t, bindings, namespace, fmt.Sprintf(`{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: %s},
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: %s},
subjects: [{kind: ServiceAccount, name: %s, namespace: %s}]}`, account, role, account, namespace))
}

// create makes an object of a manifest.
func (w *world) create(t testing.TB, kind schema.GroupVersionResource, namespace, manifest string) {
	t.Helper()
	object := &unstructured.Unstructured{}
	if err := sigsyaml.Unmarshal([]byte(manifest), &object.Object); err != nil {
		t.Fatal(err)
	}
	if _, err := w.client.Resource(kind).Namespace(namespace).Create(t.Context(), object, meta.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
}

// The store of artifacts, and who may use it.
const (
	bucket = "artifacts"
	secret = "store"
)

// artifacts names the store in a namespace as users of the reference do, and
// keeps its credentials there.
func (w *world) artifacts(t *testing.T, namespace string) {
	t.Helper()
	w.create(t, secrets, namespace, fmt.Sprintf(`{apiVersion: v1, kind: Secret, metadata: {name: %s},
stringData: {accessKey: %s, secretKey: %s}}`, secret, w.s3.AccessKey, w.s3.SecretKey))
	w.create(t, configMaps, namespace, fmt.Sprintf(`
apiVersion: v1
kind: ConfigMap
metadata:
  name: artifact-repositories
  annotations: {workflows.argoproj.io/default-artifact-repository: main}
data:
  main: |
    s3:
      endpoint: %s
      insecure: true
      bucket: %s
      accessKeySecret: {name: %s, key: accessKey}
      secretKeySecret: {name: %s, key: secretKey}
`, w.s3.Endpoint, bucket, secret, secret))
}

// contents tells what an artifact holds, wherever it is kept: the names of its
// files and what is in them.
func (w *world) contents(dir string, location json.RawMessage) string {
	folders, err := filepath.Glob(filepath.Join(dir, "runs", "*", "artifacts"))
	if err != nil {
		return err.Error()
	}
	access := artifact.Access{Folder: strings.Join(folders, ""), Secrets: func(_, key string) (string, error) {
		return map[string]string{"accessKey": w.s3.AccessKey, "secretKey": w.s3.SecretKey}[key], nil
	}}
	store, err := artifact.Open(location, access)
	if err != nil {
		return err.Error()
	}
	loaded, err := os.MkdirTemp(dir, "loaded-")
	if err != nil {
		return err.Error()
	}
	defer os.RemoveAll(loaded)
	target := filepath.Join(loaded, "artifact")
	options := artifact.LoadOptions{}
	if bytes.Contains(location, []byte(`.zip"`)) {
		options.Archive.Zip = &struct{}{}
	}
	if err := store.Load(context.Background(), target, options); err != nil {
		return err.Error()
	}
	var all []string
	err = filepath.WalkDir(target, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		all = append(all, fmt.Sprintf("%s: %s", strings.TrimPrefix(path, target), text))
		return err
	})
	if err != nil {
		return err.Error()
	}
	return strings.Join(all, "\n")
}

// write fills a folder with files.
func write(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// present is a document whose images need not be pulled: a node without a
// registry takes those that it has.
func present(document []byte) (string, error) {
	var out strings.Builder
	d, e := yaml.NewDecoder(bytes.NewReader(document)), yaml.NewEncoder(&out)
	for {
		var n yaml.Node
		if err := d.Decode(&n); errors.Is(err, io.EOF) {
			return out.String(), e.Close()
		} else if err != nil {
			return "", err
		}
		takePresent(&n)
		if err := e.Encode(&n); err != nil {
			return "", err
		}
	}
}

func takePresent(n *yaml.Node) {
	if n.Kind == yaml.MappingNode {
		image, policy := false, false
		for i := 0; i+1 < len(n.Content); i += 2 {
			image = image || n.Content[i].Value == "image" && n.Content[i+1].Kind == yaml.ScalarNode
			policy = policy || n.Content[i].Value == "imagePullPolicy"
			if name := n.Content[i].Value; name != "withItems" && name != "arguments" {
				takePresent(n.Content[i+1])
			}
		}
		if image && !policy {
			n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: "imagePullPolicy"}, &yaml.Node{Kind: yaml.ScalarNode, Value: "IfNotPresent"})
		}
		return
	}
	for _, c := range n.Content {
		takePresent(c)
	}
}
