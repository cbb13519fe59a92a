package yaml_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	yamlv3 "go.yaml.in/yaml/v3"
	k8syaml "sigs.k8s.io/yaml"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/yaml"
)

func parse(text string) ([]*tree.Document, *diag.List) {
	return yaml.Parse(source.NewFile("f.yaml", text))
}

// printFlaw prints the documents of an error-free text and checks that every
// reader reads the same back.
func printFlaw(text string) string {
	docs, findings := parse(text)
	if findings.Has(diag.Error) {
		return ""
	}
	var roots []*tree.Node
	for _, d := range docs {
		roots = append(roots, d.Root)
		printed := yaml.Print(d.Root)
		if msg := readersFlaw(printed, d.Root); msg != "" {
			return msg
		}
	}
	for _, p := range []yaml.Printer{{}, {Comments: true}} {
		all := p.Print(roots...)
		again, findings := parse(string(all))
		if findings.Has(diag.Error) || len(again) != len(docs) {
			return fmt.Sprintf("%q reads as %d documents, %v", all, len(again), findings.Sorted())
		}
		if p.Comments && !strings.Contains(text, "*") {
			if msg := lostComment(docs, again); msg != "" {
				return fmt.Sprintf("%q: %s", all, msg)
			}
		}
		var back []*tree.Node
		for i, d := range again {
			if msg := sameNumbers(yaml.JSON(docs[i].Root), yaml.JSON(d.Root)); msg != "" {
				return fmt.Sprintf("document %d of %q: %s", i, all, msg)
			}
			back = append(back, d.Root)
		}
		if second := p.Print(back...); !p.Comments && !json.Valid([]byte(text)) && !bytes.Equal(all, second) {
			return fmt.Sprintf("printed %q, and again %q", all, second)
		}
	}
	return ""
}

// lostComment describes a comment that is not in the printed documents.
func lostComment(docs, printed []*tree.Document) string {
	for i, doc := range docs {
		for n := range withKeys(doc.Root) {
			if n.Comments == nil {
				continue
			}
			for _, c := range slices.Concat(n.Comments.Head, n.Comments.Line, n.Comments.Foot) {
				if !slices.ContainsFunc(printed[i].Comments, func(p tree.Comment) bool { return strings.Contains(p.Text, c.Text) }) {
					return fmt.Sprintf("comment %q is lost", c.Text)
				}
			}
		}
	}
	return ""
}

func readersFlaw(printed []byte, root *tree.Node) string {
	want := yaml.JSON(root)
	got, err := k8syaml.YAMLToJSONStrict(printed)
	if err != nil {
		return fmt.Sprintf("%q: %v", printed, err)
	}
	if msg := sameNumbers(want, got); msg != "" {
		return fmt.Sprintf("%q: %s", printed, msg)
	}
	var v any
	if err := yamlv3.Unmarshal(printed, &v); err != nil {
		return fmt.Sprintf("%q: yaml/v3: %v", printed, err)
	}
	got, err = json.Marshal(v)
	if err != nil {
		return fmt.Sprintf("%q: yaml/v3: %v", printed, err)
	}
	if msg := sameNumbers(want, got); msg != "" {
		return fmt.Sprintf("%q: yaml/v3: %s", printed, msg)
	}
	return ""
}

// sameNumbers compares two JSON texts, numbers by value.
func sameNumbers(want, got []byte) string {
	decode := func(data []byte) string {
		var v any
		if err := json.Unmarshal(data, &v); err != nil {
			return err.Error()
		}
		out, _ := json.Marshal(v)
		return string(out)
	}
	if w, g := decode(want), decode(got); w != g {
		return fmt.Sprintf("want %s, got %s", w, g)
	}
	return ""
}

func TestPrintReadsBack(t *testing.T) {
	t.Parallel()
	texts := corpus(t)
	for i, text := range strings.Split(snippets, "\n====\n") {
		texts[fmt.Sprintf("snippet %d", i)] = text
	}
	for name, text := range texts {
		if strings.HasPrefix(name, "mutants/") {
			continue // nearly the same as the documents
		}
		if msg := printFlaw(text); msg != "" {
			t.Errorf("%s: %s", name, msg)
		}
	}
}

func TestPrintStrings(t *testing.T) {
	for text, want := range map[string]string{
		"a": "a", "": `""`, "yes": `"yes"`, "5": `"5"`, "0o17": `"0o17"`, "1:30": `"1:30"`, "2001-01-01": `"2001-01-01"`,
		"2001-1-1 10:00:00": `"2001-1-1 10:00:00"`, "v1.2": "v1.2", "1.2.3": "1.2.3", "a: b": "'a: b'", "a:b": "a:b", "a:": "'a:'",
		"{{x}}": "'{{x}}'", "x {{y}}": "x {{y}}", "it's": "it's", "'it'": "'''it'''", "a #b": "'a #b'", "a#b": "a#b",
		"- a": "'- a'", "-a": "-a", "-": "'-'", "--- a": "'--- a'", "<<": "'<<'", "=": "'='", "~": `"~"`, "null": `"null"`,
		"\u00e9": "\u00e9", "a\tb": `"a\tb"`, "a\rb": `"a\rb"`, "\u0085": `"\x85"`, "\u2028": `"\u2028"`, "\xff": `"` + "\\" + `uFFFD"`,
		"a\nb": "|-\n  a\n  b", "a\n": "|\n  a", "a\n\n": "|+\n  a\n", " a\nb\n": "|2\n   a\n  b", "\n": `"\n"`, "a\n\n\tb\n": "|\n  a\n\n  \tb",
	} {
		got := string(yaml.Print(&tree.Node{Kind: tree.String, Value: text}))
		if got != want+"\n" {
			t.Errorf("%q prints as %q, want %q", text, got, want)
		}
	}
}

func FuzzPrintRoundTrip(f *testing.F) {
	for text := range strings.SplitSeq(snippets, "\n====\n") {
		f.Add(text)
	}
	f.Add("a: |\n  b\n\n---\na: |+\n  b\n\n...\n---\n|2-\n   b\n")
	f.Add("# a\n\n# b\na: # c\n# d\n- b # e\n  # f\n")
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "\ufeff") {
			t.Skip("byte order marks are blanks to some readers")
		}
		var v any
		if json.Valid([]byte(text)) && json.Unmarshal([]byte(text), &v) != nil {
			t.Skip("a number that fits no reader")
		}
		if msg := printFlaw(text); msg != "" {
			t.Error(msg)
		}
	})
}
