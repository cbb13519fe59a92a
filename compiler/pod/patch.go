package pod

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/weft-lang/weft/compiler/eval"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/yaml"
)

// A podSpecPatch is text that holds a document. It is parsed with a stand-in for
// every tag, and the values go into the finished tree: text cannot add keys. A
// tag without quotes that is all of a value may bring a map or list, which stays
// where the tag stands; a patch that is one tag and nothing else is such a value.

// patch applies the workflow's patch, then the template's.
func (b *builder) patch() {
	for _, n := range []*tree.Node{b.in.Run.field("podSpecPatch"), b.template.Get("podSpecPatch")} {
		if strings.TrimSpace(n.Text()) != "" {
			b.apply(n)
		}
	}
	if b.pod.Spec.RestartPolicy == "" {
		b.pod.Spec.RestartPolicy = corev1.RestartPolicyNever
	}
	b.pod.Spec.InitContainers = b.takeExecutor(b.pod.Spec.InitContainers, "init", stageName, loadName)
	b.pod.Spec.Containers = b.takeExecutor(b.pod.Spec.Containers, "wait", saveName)
}

// takeExecutor takes out what a patch says of a container of the reference's own.
// It is meant for those of weft that do its work.
func (b *builder) takeExecutor(list []corev1.Container, name string, meant ...string) []corev1.Container {
	if b.written[name] != nil {
		return list // the user has a container of this name
	}
	return slices.DeleteFunc(list, func(c corev1.Container) bool {
		if c.Name != name {
			return false
		}
		for _, own := range meant {
			b.executor[own] = c
		}
		return true
	})
}

// heed gives to a container of weft's own what a patch says of the reference's.
func (b *builder) heed(c *corev1.Container) {
	said := b.executor[c.Name]
	if len(said.Resources.Requests)+len(said.Resources.Limits) > 0 {
		c.Resources = said.Resources
	}
	c.Env, c.EnvFrom = slices.Concat(c.Env, said.Env), slices.Concat(c.EnvFrom, said.EnvFrom)
	c.VolumeMounts = slices.Concat(c.VolumeMounts, said.VolumeMounts)
	c.ImagePullPolicy = said.ImagePullPolicy
}

func (b *builder) apply(n *tree.Node) {
	p := patch{builder: b, node: n, values: strings.NewReplacer(), whole: map[string]string{}}
	p.file = source.NewFile("podSpecPatch", p.text())
	root := p.parse()
	if root == nil {
		return
	}
	layout, err := json.Marshal(b.pod.Spec)
	if err != nil {
		panic(fmt.Sprintf("pod: %v", err)) // decoded from a tree a moment ago
	}
	docs, _ := yaml.Parse(source.NewFile("layout", string(layout)))
	d := decoder{fault: func(at *tree.Node, message string) { p.fault(at.Place(), message) }}
	b.pod.Spec = decode[corev1.PodSpec](d, merge(docs[0].Root, p.fill(root), reflect.TypeFor[corev1.PodSpec]()))
}

type patch struct {
	*builder
	node   *tree.Node // the scalar that holds the patch
	file   *source.File
	same   bool              // offsets in file are those in the scalar
	values *strings.Replacer // puts values in place of stand-ins
	whole  map[string]string // stand-in to value
}

// text is the patch with stand-ins of the same length for its tags.
func (p *patch) text() string {
	text := p.node.Value
	tags, _ := expr.Tags(text)
	if len(tags) == 1 && strings.TrimSpace(text) == text[tags[0].Start:tags[0].End] {
		return p.builder.text(p.node)
	}
	p.same = true
	out := []byte(text)
	var pairs []string
	for i, t := range tags {
		tag := text[t.Start:t.End]
		filled, open := eval.Tree(&tree.Node{Kind: tree.String, Value: tag, Span: p.node.Source(t.Start, t.End)}, p.scope)
		if len(open) > 0 && !ours(t) {
			continue
		}
		for _, o := range open {
			p.unresolved(o)
		}
		// A rune for private use tells the tags apart; YAML takes it in plain text.
		standIn := string(rune(0xF0000+i%0xFFFE)) + strings.Repeat("_", len(tag)-4)
		copy(out[t.Start:], standIn)
		p.whole[standIn] = filled.Value
		pairs = append(pairs, standIn, filled.Value)
	}
	p.values = strings.NewReplacer(pairs...)
	return string(out)
}

func (p *patch) parse() *tree.Node {
	docs, findings := yaml.Parse(p.file)
	for _, d := range findings.Sorted() {
		if d.Severity == diag.Error {
			p.fault(d.Span, d.Message)
		}
	}
	switch {
	case findings.Has(diag.Error):
		return nil
	case len(docs) != 1 || docs[0].Root == nil || docs[0].Root.Kind != tree.Map:
		p.fault(p.file.At(0, len(p.file.Text)), "it is not one map of fields of a Pod's spec")
		return nil
	}
	return docs[0].Root
}

// fault reports what is wrong at a place of the patch.
func (p *patch) fault(at source.Span, message string) {
	span := p.node.Place()
	if p.same && at.File == p.file {
		span = p.node.Source(at.Start, at.End)
	}
	if !p.isOpen(span) {
		p.found.Add(diag.Diagnostic{Rule: RuleValue, Severity: diag.Error, Span: span, Message: "in podSpecPatch: " + message})
	}
}

// fill puts the values in place of their stand-ins.
func (p *patch) fill(n *tree.Node) *tree.Node {
	if n == nil {
		return nil
	}
	if value, ok := p.whole[n.Value]; ok && n.Style == tree.Plain {
		if sub := structure(value); sub != nil {
			return sub
		}
	}
	out := *n
	if n.Kind == tree.String {
		out.Value, out.Offsets = p.values.Replace(n.Value), nil
	}
	out.Entries, out.Items = nil, nil
	for _, e := range n.Entries {
		out.Entries = append(out.Entries, tree.Entry{Key: p.fill(e.Key), Value: p.fill(e.Value)})
	}
	for _, it := range n.Items {
		out.Items = append(out.Items, p.fill(it))
	}
	return &out
}

// structure is the map or list that a value holds as JSON, nil if there is none.
func structure(value string) *tree.Node {
	if value = strings.TrimSpace(value); value == "" || value[0] != '{' && value[0] != '[' || !json.Valid([]byte(value)) {
		return nil
	}
	docs, findings := yaml.Parse(source.NewFile("value", value))
	if findings.Has(diag.Error) || len(docs) != 1 {
		return nil
	}
	return docs[0].Root
}
