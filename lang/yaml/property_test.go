package yaml_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/yaml"
)

// flaw checks what must hold of every tree and describes the first thing that does not.
func flaw(f *source.File, docs []*tree.Document, findings *diag.List) string {
	for _, d := range findings.Sorted() {
		if d.Span.Start < 0 || d.Span.End < d.Span.Start || d.Span.End > len(f.Text) {
			return fmt.Sprintf("finding %q at [%d, %d)", d.Message, d.Span.Start, d.Span.End)
		}
	}
	for i, doc := range docs {
		if doc.Index != i {
			return fmt.Sprintf("document %d has index %d", i, doc.Index)
		}
		if msg := commentFlaw(doc); msg != "" && !findings.Has(diag.Error) {
			return msg
		}
		if doc.Root == nil {
			continue
		}
		if msg := nodeFlaw(doc.Root, doc.Span); msg != "" {
			return msg
		}
	}
	return ""
}

func commentFlaw(doc *tree.Document) string {
	last := -1
	for _, c := range doc.Comments {
		if !strings.HasPrefix(c.Span.Text(), "#") || c.Span.Start < last || strings.ContainsAny(c.Text, "\r\n") {
			return fmt.Sprintf("comment %q at %s", c.Text, c.Span)
		}
		last = c.Span.End
	}
	attached := 0
	for n := range withKeys(doc.Root) {
		if c := n.Comments; c != nil && n.Alias.IsZero() {
			attached += len(c.Head) + len(c.Line) + len(c.Foot)
		}
	}
	if doc.Root != nil && !strings.Contains(doc.Span.Text(), "*") && attached != len(doc.Comments) && !trailing(doc) {
		return fmt.Sprintf("%d comments, %d attached", len(doc.Comments), attached)
	}
	return ""
}

// trailing reports whether comments stand where no node of the document can hold
// them: in a last piece without content.
func trailing(doc *tree.Document) bool {
	for _, c := range doc.Comments {
		if !doc.Span.Contains(c.Span) {
			return true
		}
	}
	return false
}

// withKeys yields every node and every key.
func withKeys(root *tree.Node) func(yield func(*tree.Node) bool) {
	return func(yield func(*tree.Node) bool) {
		for n := range root.All() {
			if !yield(n) {
				return
			}
			for _, e := range n.Entries {
				if !yield(e.Key) {
					return
				}
			}
		}
	}
}

// nodeFlaw checks spans and offsets of n and what is below it.
func nodeFlaw(n *tree.Node, parent source.Span) string {
	if !n.Alias.IsZero() {
		if !parent.Contains(n.Alias) {
			return fmt.Sprintf("alias %s outside its parent %s", n.Alias, parent)
		}
		return ""
	}
	if !parent.Contains(n.Span) || n.Span.End < n.Span.Start {
		return fmt.Sprintf("%s %q [%d, %d) outside its parent [%d, %d)", n.Kind, n.Value, n.Span.Start, n.Span.End, parent.Start, parent.End)
	}
	if msg := offsetFlaw(n); msg != "" {
		return msg
	}
	for _, e := range n.Entries {
		if e.Merged {
			continue
		}
		for _, child := range []*tree.Node{e.Key, e.Value} {
			if msg := nodeFlaw(child, n.Span); msg != "" {
				return msg
			}
		}
	}
	for _, it := range n.Items {
		if msg := nodeFlaw(it, n.Span); msg != "" {
			return msg
		}
	}
	return ""
}

func offsetFlaw(n *tree.Node) string {
	if len(n.Offsets) == 0 {
		return ""
	}
	last := n.Offsets[len(n.Offsets)-1]
	if last.Decoded != len(n.Value) || last.Source > n.Span.End {
		return fmt.Sprintf("sentinel %+v of %q, span ends at %d", last, n.Value, n.Span.End)
	}
	for i, s := range n.Offsets[:len(n.Offsets)-1] {
		next := n.Offsets[i+1]
		if next.Decoded <= s.Decoded || next.Source < s.Source || s.Source < n.Span.Start {
			return fmt.Sprintf("segments %+v, %+v of %q out of order", s, next, n.Value)
		}
		size := next.Decoded - s.Decoded
		if s.Verbatim && n.Span.File.Text[s.Source:s.Source+size] != n.Value[s.Decoded:next.Decoded] {
			return fmt.Sprintf("segment %+v of %q is not verbatim", s, n.Value)
		}
	}
	return ""
}

// textFlaw checks that what every node of a file without errors spans is that node.
func textFlaw(f *source.File, docs []*tree.Document, findings *diag.List) string {
	if findings.Has(diag.Error) {
		return ""
	}
	for _, doc := range docs {
		if msg := aloneFlaw(doc, doc.Root, false, json.Valid([]byte(f.Text))); msg != "" {
			return msg
		}
	}
	return ""
}

// aloneFlaw checks that the source text of every node, read alone, is that node.
func aloneFlaw(doc *tree.Document, n *tree.Node, flow, isJSON bool) string {
	if !n.Alias.IsZero() {
		return ""
	}
	if msg := readAlone(doc, n, flow, isJSON); msg != "" {
		return msg
	}
	flow = flow || n.Flow
	for _, e := range n.Entries {
		if e.Merged {
			continue
		}
		if msg := aloneFlaw(doc, e.Value, flow, isJSON); msg != "" {
			return msg
		}
		if msg := readAlone(doc, e.Key, flow, isJSON); e.Key.Kind == tree.String && e.Key.Alias.IsZero() && msg != "" {
			return msg
		}
	}
	for _, it := range n.Items {
		if msg := aloneFlaw(doc, it, flow, isJSON); msg != "" {
			return msg
		}
	}
	return ""
}

// lineBreak is the line break at offset i, if the document reaches that far.
func lineBreak(doc *tree.Document, i int) string {
	rest := doc.Span.File.Text[i:doc.Span.End]
	for _, br := range []string{"\r\n", "\n", "\r", "\u0085", "\u2028", "\u2029"} {
		if strings.HasPrefix(rest, br) {
			return br
		}
	}
	return ""
}

func readAlone(doc *tree.Document, n *tree.Node, flow, isJSON bool) string {
	text := n.Span.Text()
	if len(text) > 600 && !n.IsScalar() {
		return "" // its parts are checked
	}
	before := n.Span.File.Text[:n.Span.Start]
	if text == "" || strings.ContainsAny(text, "!&*") || strings.Contains(text, "\ufeff") || strings.HasSuffix(strings.TrimRight(before, " \t\r\n"), "!") {
		return "" // what they mean depends on text elsewhere
	}
	if line := before[strings.LastIndexAny(before, "\r\n")+1:]; strings.Contains(line, "!") || strings.Contains(line, "&") {
		return ""
	}
	if strings.IndexByte(":-?", text[len(text)-1]) >= 0 || strings.HasPrefix(text, "---") {
		return "" // what they mean depends on the character behind, or on the line before
	}
	var alone string
	switch {
	case isJSON:
		alone = text
	case flow:
		alone = "#\n[" + text + " ]"
	case n.Style == tree.Literal || n.Style == tree.Folded:
		header, _, _ := strings.Cut(text, "\n")
		if strings.ContainsAny(header, "123456789#") {
			return "" // an indentation indicator counts from the parent
		}
		alone = "#\n" + text + lineBreak(doc, n.Span.End)
	case n.Kind == tree.Map || n.Kind == tree.List:
		line := doc.Span.File.Text[doc.Span.Start:n.Span.Start]
		line = strings.TrimPrefix(line[strings.LastIndexAny(line, "\r\n")+1:], "\ufeff")
		column := len(line)
		alone = "#\n" + strings.Repeat(" ", column) + text + lineBreak(doc, n.Span.End)
	default:
		alone = "#\n " + text
	}
	docs, findings := yaml.Parse(source.NewFile("alone.yaml", alone))
	if findings.Has(diag.Error) || len(docs) != 1 {
		return fmt.Sprintf("%q alone: %d documents, %+v", alone, len(docs), findings.Sorted())
	}
	got := docs[0].Root
	if !isJSON && flow {
		got = got.Items[0]
	}
	if g, w := yaml.JSON(got), yaml.JSON(n); !bytes.Equal(g, w) {
		return fmt.Sprintf("%q alone is %s, want %s", alone, g, w)
	}
	return ""
}

func TestTreesAreSound(t *testing.T) {
	t.Parallel()
	texts := corpus(t)
	for i, text := range strings.Split(snippets, "\n====\n") {
		texts[fmt.Sprintf("snippet %d", i)] = text
	}
	for name, text := range texts {
		if strings.HasPrefix(name, "mutants/") {
			continue // nearly the same as the documents
		}
		f := source.NewFile(name, text)
		docs, findings := yaml.Parse(f)
		if msg := flaw(f, docs, findings); msg != "" {
			t.Errorf("%s: %s", name, msg)
		}
		if msg := textFlaw(f, docs, findings); msg != "" {
			t.Errorf("%s: %s", name, msg)
		}
		for _, lineBreak := range []string{"\r\n", "\r"} {
			f := source.NewFile(name, strings.ReplaceAll(text, "\n", lineBreak))
			docs, findings := yaml.Parse(f)
			if msg := flaw(f, docs, findings); msg != "" {
				t.Errorf("%s with %q: %s", name, lineBreak, msg)
			}
			if diff := disagreement(f.Text); diff != "" {
				t.Errorf("%s with %q: %s", name, lineBreak, diff)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	for text := range strings.SplitSeq(snippets, "\n====\n") {
		f.Add(text)
		f.Add(strings.ReplaceAll(text, "\n", "\r\n"))
	}
	f.Add(`{"a": "\ud83d\ude00\/", "b": [1, 2.50, null, true], "a": {}}`)
	f.Fuzz(func(t *testing.T, text string) {
		file := source.NewFile("f.yaml", text)
		docs, findings := yaml.Parse(file)
		if msg := flaw(file, docs, findings); msg != "" {
			t.Error(msg)
		}
		if msg := textFlaw(file, docs, findings); msg != "" && !strings.Contains(text, "!") {
			t.Error(msg)
		}
		if knownDifference(text) || deliberate(findings) {
			return
		}
		if diff := disagreement(text); diff != "" {
			t.Error(diff)
		}
	})
}

// deliberate reports whether we refused something on purpose that the
// Kubernetes reader takes: see docs/compatibility.md.
func deliberate(findings *diag.List) bool {
	for _, d := range findings.Sorted() {
		switch d.Rule {
		case yaml.RuleLimits, yaml.RuleEncoding:
			return true
		case yaml.RuleDuplicateKey: // 1 and "1" are one key in JSON
			return true
		case yaml.RuleSyntax:
			for _, deliberate := range []string{"directives are not read", "a list cannot be a key", "a map cannot be a key"} {
				if strings.HasPrefix(d.Message, deliberate) {
					return true
				}
			}
		}
	}
	return false
}

// knownDifference reports whether the text is beyond what is compared: the
// Kubernetes reader takes byte order marks inside a text for blanks at random,
// and may stop reading at a flow list or map that is a key.
func knownDifference(text string) bool {
	return strings.Contains(text, "\ufeff") || strings.Contains(text, ".nan:") || flowKey.MatchString(text)
}

var flowKey = regexp.MustCompile(`[\]}][ \t]*:|(\[\s*\]|\{\s*\})[ \t]*[^\s,\]}#]`)
