// Package emit prints checked projects for others to read: as Workflow YAML and
// as .weft. Its sub-packages draw graphs, plan runs and compare versions.
//
// Everything here is a pure function of its input: the same project gives the
// same bytes, on any machine.
package emit

import (
	"regexp"
	"strings"

	"github.com/weft-lang/weft/compiler/emit/diff"
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/weft"
	"github.com/weft-lang/weft/lang/yaml"
)

// YAML prints the documents of the named file, or of all files when the name is
// "", in canonical style.
func YAML(c *ir.Checked, file string) []byte {
	var roots []*tree.Node
	for _, d := range c.Project().Documents {
		if d.Root != nil && (file == "" || d.File.Name == file) {
			roots = append(roots, d.Root)
		}
	}
	return yaml.Printer{}.Print(roots...)
}

// Convert writes documents as .weft, compiles the result, and returns what then
// differs. The text is good when nothing does.
func Convert(docs []*tree.Document) ([]byte, []diff.Object) {
	text := weft.Convert(docs)
	file, _ := weft.Parse(source.NewFile("converted.weft", string(text)))
	again, _ := weft.Lower(file, weft.Options{})
	return text, diff.Compare(docs, again)
}

// tag matches what a Helm action can hold in backquotes.
var tag = regexp.MustCompile("\\{\\{[^`\r\n]*?\\}\\}")

// HelmSafe wraps every tag in a text so that Helm, rendering it as a chart's
// template, gives back the text as it was.
func HelmSafe(text string) string {
	var b strings.Builder
	last := 0
	keep := func(s string) { b.WriteString(strings.ReplaceAll(s, "{{", "{{`{{`}}")) }
	for _, m := range tag.FindAllStringIndex(text, -1) {
		keep(text[last:m[0]])
		b.WriteString("{{`" + text[m[0]:m[1]] + "`}}")
		last = m[1]
	}
	keep(text[last:])
	return b.String()
}
