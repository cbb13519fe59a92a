//go:build apiserver

package kube

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	sigsyaml "sigs.k8s.io/yaml"

	"github.com/weft-lang/weft/compiler/pod/instructions"
	"github.com/weft-lang/weft/runtime/agent/resource"
)

// A desk is where resource templates do their work: a Pod's service account
// without the Pod.
type desk struct {
	t    *testing.T
	c    *Cluster
	all  dynamic.Interface // may do everything
	opts resource.Options

	mu  sync.Mutex
	log strings.Builder
}

// widgets are a kind that only a CustomResourceDefinition makes known.
var widgets = schema.GroupVersionResource{Group: "desk.example.com", Version: "v1", Resource: "widgets"}

const widgetDefinition = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.desk.example.com}
spec:
  group: desk.example.com
  scope: Namespaced
  names: {plural: widgets, singular: widget, kind: Widget, shortNames: [wg]}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`

// newDesk makes a service account that has some rights.
func newDesk(t *testing.T, rules ...rbacv1.PolicyRule) *desk {
	t.Helper()
	c, _ := newPlace(t, nil)
	withRole(t, c, "worker", &rbacv1.Role{TypeMeta: metav1.TypeMeta{APIVersion: "rbac.authorization.k8s.io/v1", Kind: "Role"}, Rules: rules})
	d := &desk{t: t, c: c}
	var err error
	if d.all, err = access.Client(); err != nil {
		t.Fatal(err)
	}
	config, _, err := access.config()
	if err != nil {
		t.Fatal(err)
	}
	at, err := url.Parse(config.Host)
	if err != nil {
		t.Fatal(err)
	}
	ca := config.CAData
	if len(ca) == 0 {
		if ca, err = os.ReadFile(config.CAFile); err != nil {
			t.Fatal(err)
		}
	}
	account := t.TempDir()
	for name, text := range map[string]string{"token": tokenOf(t, c, "worker"), "ca.crt": string(ca), "namespace": c.Namespace} {
		if err := os.WriteFile(filepath.Join(account, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	env := map[string]string{"KUBERNETES_SERVICE_HOST": at.Hostname(), "KUBERNETES_SERVICE_PORT": at.Port()}
	d.opts = resource.Options{Node: "node", Env: func(name string) string { return env[name] }, Account: account, Log: d, Poll: 100 * time.Millisecond}
	return d
}

// Write keeps what the work has to say.
func (d *desk) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.log.Write(p)
}

func (d *desk) said() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.log.String()
}

// can is a rule for a resource.
func can(group, name string, verbs ...string) rbacv1.PolicyRule {
	return rbacv1.PolicyRule{APIGroups: []string{group}, Resources: []string{name}, Verbs: verbs}
}

// do does the work of a template and returns the output parameter x.
func (d *desk) do(work instructions.Resource, outputs ...string) string {
	d.t.Helper()
	value, err := d.try(work, outputs...)
	if err != nil {
		d.t.Errorf("%s: %v", work.Action, err)
	}
	return value
}

func (d *desk) try(work instructions.Resource, jsonPath ...string) (string, error) {
	ctx, cancel := context.WithTimeout(d.t.Context(), time.Minute)
	defer cancel()
	for _, path := range jsonPath {
		work.Parameters = append(work.Parameters, instructions.Parameter{Name: "x", JSONPath: path})
	}
	values, err := resource.Do(ctx, &work, d.opts)
	if err != nil || len(values) == 0 {
		return "", err
	}
	return values[0].Value, nil
}

func (d *desk) refused(work instructions.Resource, want string) {
	d.t.Helper()
	if _, err := d.try(work); err == nil || !strings.Contains(err.Error(), want) {
		d.t.Errorf("%s: %v, want %s", work.Action, err, want)
	}
}

const settings = `
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
`

// TestAPIServerResource goes through the actions of resource templates.
func TestAPIServerResource(t *testing.T) {
	d := newDesk(t, can("", "configmaps", "create", "delete", "get", "list", "patch", "update", "watch"))
	get := instructions.Resource{Action: "get", Flags: []string{"cm", "settings"}}

	owner := &instructions.Owner{Name: "weft-run-x", UID: "5f2c6f0e-3d3f-4f3e-9a68-0c2b6a3d1f11"}
	made := d.do(instructions.Resource{Action: "create", Owner: owner, Manifest: strings.Replace(settings, "name:", "generateName:", 1)}, "{.metadata.name} {.metadata.ownerReferences[0].name}")
	if !strings.HasPrefix(made, "settings") || !strings.HasSuffix(made, " weft-run-x") {
		t.Errorf("created %q", made)
	}

	d.do(instructions.Resource{Action: "create", Manifest: settings + "data: {a: \"1\"}"})
	d.refused(instructions.Resource{Action: "create", Manifest: settings}, `create configmap/settings: configmaps "settings" already exists`)
	d.refused(instructions.Resource{Action: "create", Manifest: settings + "dta: {}"}, `unknown field "dta"`)
	d.do(instructions.Resource{Action: "create", Flags: []string{"--validate=false", "--dry-run=server"}, Manifest: strings.Replace(settings, "settings", "other", 1) + "dta: {}"})

	d.do(instructions.Resource{Action: "apply", Manifest: settings + "data: {a: \"2\", b: \"2\"}"})
	if got := d.do(instructions.Resource{Action: "apply", Manifest: settings + "data: {a: \"3\"}"}, "{.data}"); got != `{"a":"3"}` {
		t.Errorf("applied %s", got)
	}
	for _, patch := range []instructions.Resource{
		{Action: "patch", Flags: get.Flags, Manifest: "data: {c: \"4\"}"},
		{Action: "patch", MergeStrategy: "merge", Manifest: settings + "data: {a: null}"},
		{Action: "patch", MergeStrategy: "json", Flags: get.Flags, Manifest: `[{"op": "add", "path": "/data/d", "value": "5"}]`},
	} {
		d.do(patch)
	}
	if got := d.do(get, "{.data}"); got != `{"c":"4","d":"5"}` {
		t.Errorf("patched %s", got)
	}
	d.refused(instructions.Resource{Action: "patch", MergeStrategy: "json", Flags: get.Flags, Manifest: `[{"op": "remove", "path": "/no"}]`}, "does every path of the patch lead somewhere?")

	if got := d.do(instructions.Resource{Action: "replace", Manifest: settings + "data: {e: \"6\"}"}, "{.data}"); got != `{"e":"6"}` {
		t.Errorf("replaced %s", got)
	}
	before := d.do(get, "{.metadata.uid}")
	if after := d.do(instructions.Resource{Action: "replace", Manifest: settings, Flags: []string{"--force"}}, "{.metadata.uid}"); after == before || after == "" {
		t.Errorf("replaced by force %s, %s", before, after)
	}

	d.do(instructions.Resource{Action: "delete", Manifest: settings})
	d.do(instructions.Resource{Action: "delete", Manifest: settings})
	d.refused(instructions.Resource{Action: "delete", Manifest: settings, Flags: []string{"--ignore-not-found=false"}}, `configmaps "settings" not found`)
	d.refused(get, `get configmap/settings: configmaps "settings" not found`)
	get.Flags = append(get.Flags, "--ignore-not-found")
	d.do(get, "{.data}")
}

// TestAPIServerResourceRights holds that the message of a step says which right
// is missing and for whom.
func TestAPIServerResourceRights(t *testing.T) {
	d := newDesk(t, can("", "pods", "get"))
	d.refused(instructions.Resource{Action: "create", Manifest: settings},
		`User "system:serviceaccount:`+d.c.Namespace+`:worker" cannot create resource "configmaps" in API group "" in the namespace "`+d.c.Namespace+`"; give the service account this right`)
}

// TestAPIServerResourceWait waits for an object of a kind that was defined a
// moment ago, with and without the right to watch it.
func TestAPIServerResourceWait(t *testing.T) {
	definitions := schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}
	for name, verbs := range map[string][]string{"watching": {"create", "delete", "get", "watch"}, "asking": {"create", "delete", "get"}} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, can(widgets.Group, widgets.Resource, verbs...))
			definition := &unstructured.Unstructured{}
			if err := sigsyaml.Unmarshal([]byte(widgetDefinition), &definition.Object); err != nil {
				t.Fatal(err)
			}
			if _, err := d.all.Resource(definitions).Apply(t.Context(), definition.GetName(), definition, metav1.ApplyOptions{FieldManager: "test"}); err != nil {
				t.Fatal(err)
			}
			mine := d.all.Resource(widgets).Namespace(d.c.Namespace)
			until(t, func() bool {
				_, err := mine.List(t.Context(), metav1.ListOptions{})
				return err == nil
			})
			change := func(widget, patch string) {
				if _, err := mine.Patch(context.Background(), widget, types.MergePatchType, []byte(patch), metav1.PatchOptions{}); err != nil {
					t.Error(err)
				}
			}
			widget := func(name string) instructions.Resource {
				return instructions.Resource{
					Action: "create", SuccessCondition: "status.phase == Ready,status.count > 1", FailureCondition: "status.phase in (Broken)",
					Manifest: "{apiVersion: desk.example.com/v1, kind: Widget, metadata: {name: " + name + ", finalizers: [example.com/a]}}",
				}
			}
			// after does something when the work has said something.
			after := func(said string, f func()) {
				var work sync.WaitGroup
				work.Go(func() {
					for !strings.Contains(d.said(), said) && t.Context().Err() == nil {
						time.Sleep(20 * time.Millisecond)
					}
					f()
				})
				t.Cleanup(work.Wait)
			}

			after("waiting for widget.desk.example.com/good", func() {
				change("good", `{"status": {"phase": "Ready", "count": 1}}`)
				change("good", `{"status": {"count": 2}}`)
			})
			if got := d.do(widget("good"), "{.status.count}"); got != "2" {
				t.Errorf("count %q", got)
			}
			after("waiting for widget.desk.example.com/bad", func() { change("bad", `{"status": {"phase": "Broken"}}`) })
			d.refused(widget("bad"), `widget.desk.example.com/bad: the failure condition "status.phase == Broken" is true: status.phase is "Broken"`)
			after("waiting for widget.desk.example.com/gone", func() {
				change("gone", `{"metadata": {"finalizers": null}}`)
				if err := mine.Delete(context.Background(), "gone", metav1.DeleteOptions{}); err != nil {
					t.Error(err)
				}
			})
			d.refused(widget("gone"), "widget.desk.example.com/gone was deleted before the success condition")

			// A finalizer keeps an object, and delete waits for it.
			begun := time.Now()
			after("good deleted", func() {
				time.Sleep(300 * time.Millisecond)
				change("good", `{"metadata": {"finalizers": null}}`)
			})
			d.do(instructions.Resource{Action: "delete", Flags: []string{"wg/good"}})
			if waited := time.Since(begun); waited < 300*time.Millisecond {
				t.Errorf("waited %s", waited)
			}
			if strings.Contains(d.said(), "cannot be watched") != (name == "asking") {
				t.Error(d.said())
			}
			change("bad", `{"metadata": {"finalizers": null}}`)
		})
	}
}
