//go:build apiserver

package kube

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	sigsyaml "sigs.k8s.io/yaml"

	"github.com/weft-lang/weft/compiler"
	"github.com/weft-lang/weft/compiler/emit/pods"
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/compiler/load"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/yaml"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/rules"
)

// corpus holds real workflows beside the project.
const corpus = "../../../shared/corpus"

// TestAPIServerTakesPodsOfExamples holds that a real API server takes every Pod
// of the examples, in a dry run.
func TestAPIServerTakesPodsOfExamples(t *testing.T) {
	root := os.DirFS("../..")
	folders, err := os.ReadDir("../../examples")
	if err != nil {
		t.Fatal(err)
	}
	trial := newTrial(t)
	for _, folder := range folders {
		if !folder.IsDir() {
			continue
		}
		loaded := load.Load(root, []string{path.Join("examples", folder.Name())}, load.Options{})
		versions := map[string]int{} // a .weft and a .yaml of one name hold the same objects
		for _, f := range loaded.Files {
			versions[stem(f)]++
		}
		for _, f := range loaded.Files {
			docs := f.Documents
			for _, other := range loaded.Files {
				if other != f && versions[stem(other)] == 1 {
					docs = append(slices.Clip(docs), other.Documents...)
				}
			}
			trial.document(f.Source.Name, validate.Check(compiler.Bind(docs), validate.Options{
				Profile: validate.Recommended, Rules: rules.All(), Front: loaded.Findings,
			}))
		}
	}
	trial.report(0)
}

func stem(f *load.File) string { return strings.TrimSuffix(f.Source.Name, path.Ext(f.Source.Name)) }

// TestAPIServerTakesPodsOfCorpus holds the same of the documents that the
// reference accepts, but for those in testdata/refusals.yaml. One in twenty may
// be left out.
func TestAPIServerTakesPodsOfCorpus(t *testing.T) {
	if _, err := os.Stat(corpus); err != nil {
		t.Skip("no corpus of documents beside the project")
	}
	text, err := os.ReadFile(corpus + "/documents.json")
	if err != nil {
		t.Fatal(err)
	}
	var index map[string]struct{ Accept *bool }
	if err := json.Unmarshal(text, &index); err != nil {
		t.Fatal(err)
	}
	trial := newTrial(t)
	expected, err := os.ReadFile("testdata/refusals.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := sigsyaml.UnmarshalStrict(expected, &trial.expected); err != nil {
		t.Fatal(err)
	}
	for _, hash := range slices.Sorted(maps.Keys(index)) {
		if accept := index[hash].Accept; accept == nil || !*accept {
			continue
		}
		text, err := os.ReadFile(corpus + "/documents/" + hash + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		docs, front := yaml.Parse(source.NewFile(hash, string(text)))
		trial.document(hash, validate.Check(compiler.Bind(docs), validate.Options{Profile: validate.Argo, Rules: rules.All(), Front: front}))
	}
	trial.report(5)
}

// A trial gives objects to an API server and keeps count.
type trial struct {
	t         *testing.T
	client    dynamic.Interface
	known     *kinds
	namespace string
	needs     sync.Map // what was made because objects refer to it
	expected  []*expectation

	documents, empty int
	skipped          []string
	attempts         []attempt
}

// An attempt is one object of one document.
type attempt struct {
	document string
	manifest pods.Manifest
	object   *unstructured.Unstructured
	home     *home
	err      error
}

// An expectation is a refusal with its cause, from testdata/refusals.yaml.
type expectation struct {
	Documents []string // those whose Pods are refused
	Message   string   // part of what the API server says
	Because   string
	met       int
}

func newTrial(t *testing.T) *trial {
	t.Helper()
	config, _, err := access.config()
	if err != nil {
		t.Fatal(err)
	}
	tr := &trial{t: t, namespace: "pods-" + strings.ToLower(t.Name()[len(t.Name())-6:])}
	config.WarningHandlerWithContext = rest.NoWarnings{} // what users ask for is theirs
	if tr.client, err = dynamicClient(config); err != nil {
		t.Fatal(err)
	}
	if tr.known, err = newKinds(config); err != nil {
		t.Fatal(err)
	}
	tr.make("v1", "namespaces", "", "Namespace", tr.namespace, nil)
	tr.make("v1", "serviceaccounts", tr.namespace, "ServiceAccount", "default", nil)
	return tr
}

// document tries all that the runs of a document make.
func (tr *trial) document(name string, result *validate.Result) {
	tr.t.Helper()
	tr.documents++
	if result.Checked == nil {
		tr.skip(name, "weft finds: "+faults(result.Findings.Sorted(), result.Withheld))
		return
	}
	manifests, findings := pods.Render(result.Checked, name, pods.Options{StandIns: true, Idle: true})
	if faults := faults(findings); faults != "" {
		tr.skip(name, "weft cannot make: "+faults)
		return
	}
	made := 0
	for _, m := range manifests {
		for _, o := range m.Objects {
			tr.object(name, m, o)
			made++
		}
	}
	if made == 0 {
		tr.empty++
		tr.t.Logf("%s makes no Pod: %s", name, whyEmpty(result.Checked, manifests))
	}
}

func (tr *trial) skip(name, why string) {
	tr.skipped = append(tr.skipped, name+": "+why)
}

// whyEmpty says why a document makes nothing.
func whyEmpty(c *ir.Checked, manifests []pods.Manifest) string {
	for _, m := range manifests {
		if m.Why != "" {
			return m.Why
		}
	}
	var kinds []string
	for _, o := range c.Project().Objects {
		kinds = append(kinds, o.Kind.String())
	}
	return "nothing runs of " + strings.Join(kinds, ", ")
}

func faults(lists ...[]diag.Diagnostic) string {
	var out []string
	for _, d := range slices.Concat(lists...) {
		if d.Severity == diag.Error {
			out = append(out, d.Message)
		}
	}
	return strings.Join(slices.Compact(out), "; ")
}

// object puts an object into the namespace of the trial, next to what it refers
// to.
func (tr *trial) object(document string, m pods.Manifest, object runtime.Object) {
	tr.t.Helper()
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
	if err != nil {
		tr.t.Fatal(err)
	}
	u := &unstructured.Unstructured{Object: content}
	u.SetNamespace(tr.namespace)
	home, err := tr.known.find(tr.t.Context(), u.GroupVersionKind())
	if err != nil || home == nil {
		tr.t.Fatalf("%s: no kind %s: %v", document, u.GroupVersionKind(), err)
	}
	get := func(fields ...string) string {
		text, _, _ := unstructured.NestedString(content, fields...)
		return text
	}
	if name := get("spec", "serviceAccountName"); name != "" {
		tr.make("v1", "serviceaccounts", tr.namespace, "ServiceAccount", name, nil)
	}
	if name := get("spec", "priorityClassName"); name != "" {
		priority, set, _ := unstructured.NestedInt64(content, "spec", "priority")
		if !set {
			priority = 1
		}
		tr.make("scheduling.k8s.io/v1", "priorityclasses", "", "PriorityClass", name, map[string]any{"value": priority})
	}
	if name := get("spec", "runtimeClassName"); name != "" {
		tr.make("node.k8s.io/v1", "runtimeclasses", "", "RuntimeClass", name, map[string]any{"handler": "runc"})
	}
	tr.attempts = append(tr.attempts, attempt{document: document, manifest: m, object: u, home: home})
}

// make creates an object for good, unless it is there.
func (tr *trial) make(version, resource, namespace, kind, name string, fields map[string]any) {
	tr.t.Helper()
	if _, there := tr.needs.LoadOrStore(resource+"/"+name, true); there {
		return
	}
	group, err := schema.ParseGroupVersion(version)
	if err != nil {
		tr.t.Fatal(err)
	}
	content := map[string]any{"apiVersion": version, "kind": kind, "metadata": map[string]any{"name": name}}
	maps.Copy(content, fields)
	var to dynamic.ResourceInterface = tr.client.Resource(group.WithResource(resource))
	if namespace != "" {
		to = tr.client.Resource(group.WithResource(resource)).Namespace(namespace)
	}
	_, err = to.Create(tr.t.Context(), &unstructured.Unstructured{Object: content}, metav1.CreateOptions{})
	if err != nil && !apierrors.IsAlreadyExists(err) && !apierrors.IsInvalid(err) { // then so is the Pod
		tr.t.Fatalf("make %s %q: %v", kind, name, err)
	}
}

// report tries all objects, and fails where the API server refuses one without a
// known cause, or where more documents were left out than the percentage allows.
func (tr *trial) report(percent int) {
	tr.t.Helper()
	tr.try(tr.t.Context())
	counts := map[string]int{}
	refused := 0
	for _, a := range tr.attempts {
		counts[a.object.GetKind()]++
		switch {
		case a.err == nil:
		case tr.expects(a):
			refused++
		default:
			tr.t.Errorf("%s: %s of %s is refused: %v", a.document, a.object.GetKind(), a.manifest.Node, a.err)
		}
	}
	for _, s := range tr.skipped {
		tr.t.Logf("skipped %s", s)
	}
	for _, e := range tr.expected {
		tr.t.Logf("refused %s: %s: %s", strings.Join(e.Documents, ", "), e.Message, e.Because)
		if e.met == 0 {
			tr.t.Error("this is not refused any more")
		}
	}
	var parts []string
	for _, kind := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%d %ss", counts[kind], kind))
	}
	tr.t.Logf("%d documents, %d of them without Pods, %d skipped; %s, %d refused with a known cause",
		tr.documents, tr.empty, len(tr.skipped), strings.Join(parts, ", "), refused)
	if len(tr.skipped)*100 > percent*tr.documents {
		tr.t.Errorf("%d of %d documents are skipped, more than %d %%", len(tr.skipped), tr.documents, percent)
	}
	if counts["Pod"] == 0 {
		tr.t.Error("no Pod was tried")
	}
}

// try asks the API server about every attempt, a few at a time.
func (tr *trial) try(ctx context.Context) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(tr.attempts); i = int(next.Add(1)) - 1 {
				a := &tr.attempts[i]
				options := metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}, FieldValidation: metav1.FieldValidationStrict}
				_, a.err = tr.client.Resource(a.home.resource).Namespace(tr.namespace).Create(ctx, a.object, options)
			}
		})
	}
	wg.Wait()
}

// expects reports whether the refusal has a known cause.
func (tr *trial) expects(a attempt) bool {
	var status apierrors.APIStatus
	if !errors.As(a.err, &status) {
		return false
	}
	for _, e := range tr.expected {
		if slices.Contains(e.Documents, a.document) && strings.Contains(a.err.Error(), e.Message) {
			e.met++
			return true
		}
	}
	return false
}
