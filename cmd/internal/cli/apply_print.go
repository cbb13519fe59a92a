package cli

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/weft-lang/weft/compiler/emit/diff"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/yaml"
	"github.com/weft-lang/weft/runtime/kube"
	"github.com/weft-lang/weft/schemas"
)

// results prints what became of manifests.
type results struct {
	host    string
	style   diff.Style
	applied bool // the cluster was changed
	b       strings.Builder
}

// text is a line for each manifest, what would change below it, and a summary.
func (r *results) text(manifests []*manifest) string {
	text := r.lines(manifests)
	counts := map[string]int{}
	for _, m := range manifests {
		counts[m.outcome()]++
	}
	var parts []string
	for _, word := range outcomes {
		if counts[word] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[word], word))
		}
	}
	summary := strings.Join(parts, ", ")
	if r.applied {
		return fmt.Sprintf("%s\n%s in %s\n", text, summary, r.host)
	}
	end := "nothing has been changed, --yes does it"
	switch {
	case counts[refused] > 0:
		end = "nothing has been changed"
	case counts[string(kube.Created)]+counts[string(kube.Configured)]+counts[string(kube.Pending)] == 0:
		end = "there is nothing to change"
	}
	return fmt.Sprintf("%s\ndry run in %s: %s; %s\n", text, r.host, summary, end)
}

// lines tells of each manifest, and of nothing else.
func (r *results) lines(manifests []*manifest) string {
	r.b.Reset()
	for _, m := range manifests {
		r.result(m)
	}
	return r.b.String()
}

// The outcomes of manifests that are not the API server's.
const (
	refused = "refused"
	leftOut = "left out"
	skipped = "not tried"
)

// outcomes lists all in the order of the summary.
var outcomes = []string{
	string(kube.Created), string(kube.Configured), string(kube.Unchanged), string(kube.Pending), refused, skipped, leftOut,
}

func (m *manifest) outcome() string {
	switch {
	case m.leftOut != "":
		return leftOut
	case m.refusal != nil:
		return refused
	case m.applied == nil:
		return skipped
	}
	return string(m.applied.Outcome)
}

// marks are the colours of outcomes.
var marks = map[string]string{
	string(kube.Created): "\x1b[32m", string(kube.Configured): "\x1b[33m", string(kube.Pending): "\x1b[36m", refused: "\x1b[31m",
}

func (r *results) result(m *manifest) {
	word := m.outcome()
	line := fmt.Sprintf("%-10s  %s", word, m.title())
	if mark := marks[word]; mark != "" && r.style.Color {
		line = fmt.Sprintf("%s%-10s\x1b[0m  %s", mark, word, m.title())
	}
	switch {
	case m.leftOut != "":
		line += ": " + m.leftOut
	case word == string(kube.Pending):
		line += ": it needs what this would create"
	}
	r.b.WriteString(line + "\n")
	if m.applied == nil {
		return
	}
	for _, w := range m.applied.Warnings {
		fmt.Fprintf(&r.b, "    warning: %s\n", w)
	}
	if m.applied.Outcome == kube.Configured {
		r.changes(m.applied)
	}
}

// changes prints how an object differs from what is there.
func (r *results) changes(a *kube.Applied) {
	objects := diff.Compare(document(a.Before), document(a.After))
	if len(objects) == 0 {
		r.b.WriteString("    the order or the spelling of something\n")
		return
	}
	var text strings.Builder
	_ = diff.Text(&text, objects, r.style) // a Builder takes everything
	_, changes, _ := strings.Cut(text.String(), "\n")
	for line := range strings.Lines(changes) {
		r.b.WriteString("  " + line)
	}
}

// document is an object of the cluster as a document.
func document(object *unstructured.Unstructured) []*tree.Document {
	text, err := object.MarshalJSON()
	if err != nil {
		panic(fmt.Sprintf("an object that came as JSON cannot be written as such: %v", err))
	}
	docs, _ := yaml.Parse(source.NewFile("cluster", string(text)))
	return docs
}

// title names a manifest, with the namespace it would get.
func (m *manifest) title() string {
	root := m.doc.Root
	kind, metadata := root.Get("kind").Text(), root.Get("metadata")
	name, namespace := metadata.Get("name").Text(), metadata.Get("namespace").Text()
	if m.applied != nil && m.applied.After != nil {
		namespace = m.applied.After.GetNamespace()
	}
	if name == "" {
		name = metadata.Get("generateName").Text()
	}
	if namespace != "" {
		name = namespace + "/" + name
	}
	switch {
	case kind == "":
		return fmt.Sprintf("a document of %s", m.doc.File.Name)
	case name == "":
		return "a " + kind + " without a name"
	}
	return fmt.Sprintf("%s %q", kind, name)
}

// The names under which refusals are shown.
const (
	ruleRefused  = "apply-refused"
	ruleConflict = "apply-conflict"
)

// refused prints what the API server refuses, each where it is written.
func (p *project) refused(s Streams, manifests []*manifest) error {
	found := &diag.List{}
	for _, m := range manifests {
		if m.refusal == nil {
			continue
		}
		for _, d := range m.findings() {
			found.Add(d)
		}
	}
	if found.Len() == 0 {
		return nil
	}
	var files []string
	for _, f := range p.files {
		files = append(files, f.Source.Name)
	}
	return printErrors(s, found.Sorted(), files)
}

func (m *manifest) findings() []diag.Diagnostic {
	d := diag.Diagnostic{Rule: ruleRefused, Severity: diag.Error}
	switch kind := m.doc.Root.Get("kind").Text(); {
	case m.refusal.Conflict:
		d.Rule, d.Help = ruleConflict, "--force-conflicts takes the field; to leave it to its owner, remove it here"
	case m.refusal.UnknownKind && isOurs(kind):
		d.Help = "install Argo Workflows, or its kinds alone: weft schema --crd | kubectl apply --server-side -f -"
	}
	causes := m.refusal.Causes
	if len(causes) == 0 {
		causes = []kube.Cause{{Field: "metadata.name"}}
	}
	var out []diag.Diagnostic
	for _, c := range causes {
		d.Span = placeOf(m.doc.Root, c.Field)
		d.Message = fmt.Sprintf("the cluster refuses %s: %s", m.title(), m.refusal.Message)
		if c.Message != "" {
			d.Message = fmt.Sprintf("the cluster refuses %s: %s", strings.TrimPrefix(c.Field, "."), c.Message)
		}
		out = append(out, d)
	}
	return out
}

// isOurs reports whether weft can describe the kind to a cluster.
func isOurs(kind string) bool {
	_, ok := schemas.CRD(kind)
	return ok
}
