package pods

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/yaml"
)

// YAML prints manifests as one stream of documents. Above each stands, as a
// comment, which node it is for, and what stands for what.
func YAML(all []Manifest) []byte {
	var b strings.Builder
	for i, m := range all {
		if i > 0 && len(m.Objects) > 0 {
			b.WriteString("---\n")
		}
		comment(&b, m.title())
		for _, n := range m.Notes {
			comment(&b, "  "+n)
		}
		for j, o := range m.Objects {
			if j > 0 {
				b.WriteString("---\n")
			}
			b.Write(yaml.Print(Tree(o)))
		}
	}
	return []byte(b.String())
}

func (m Manifest) title() string {
	switch {
	case m.Node == "":
		return "run " + m.Run
	case m.Why != "":
		return fmt.Sprintf("%s: no Pod for %s: %s", m.Node, m.Template, m.Why)
	}
	return m.Node + ": " + m.Template
}

// comment writes a text as a comment, whatever lines it has.
func comment(b *strings.Builder, text string) {
	for _, line := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' || r == '\u0085' || r == '\u2028' || r == '\u2029' }) {
		b.WriteString("# " + line + "\n")
	}
}

// Tree is an object with its keys in order, without what a cluster fills in.
func Tree(o runtime.Object) *tree.Node {
	text, err := json.Marshal(o)
	if err != nil {
		panic(fmt.Sprintf("pods: %v", err)) // decoded from a tree a moment ago
	}
	var fields map[string]any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&fields); err != nil {
		panic(fmt.Sprintf("pods: %v", err))
	}
	delete(fields, "status")
	if text, err = json.Marshal(fields); err != nil {
		panic(fmt.Sprintf("pods: %v", err))
	}
	docs, _ := yaml.Parse(source.NewFile("object", string(text)))
	return docs[0].Root
}
