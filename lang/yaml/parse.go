// Package yaml reads YAML and JSON into the document tree, and prints trees as
// both. It owns what YAML text means to Kubernetes: how a file splits into
// documents, which scalars are strings, which documents are refused. It knows
// no keyword of ours.
//
// The yardstick is sigs.k8s.io/yaml, the reader of the Kubernetes tools: what
// it accepts this package accepts, with the same values, and what it refuses
// is an error here. The scanner and parser are our own, because every node and
// every decoded byte has to be traced to its place in the file.
package yaml

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
)

// maxFileSize bounds what is read at all.
const maxFileSize = 20 << 20

// Parse reads every document of the file. It never fails: what is wrong with
// the text is in the list, and a document whose syntax is at fault has a nil
// Root. Documents that hold nothing but comments are left out, and their
// comments go to the document that follows, or to the last one.
func Parse(f *source.File) ([]*tree.Document, *diag.List) {
	findings := &diag.List{}
	if len(f.Text) > maxFileSize {
		findings.Add(diag.Diagnostic{
			Rule: RuleLimits, Severity: diag.Error, Span: f.At(0, 0),
			Message: fmt.Sprintf("the file is larger than %d MB and is not read", maxFileSize>>20),
		})
		return nil, findings
	}
	if isUTF16(f) {
		findings.Add(diag.Diagnostic{
			Rule: RuleEncoding, Severity: diag.Error, Span: f.At(0, 2),
			Message: "the file is UTF-16", Help: "save it as UTF-8",
		})
		return []*tree.Document{{File: f, Span: f.At(0, len(f.Text))}}, findings
	}
	if isJSON(f.Text) {
		return []*tree.Document{parseJSON(f, findings)}, findings
	}
	r := reader{file: f, findings: findings}
	for start := 0; start >= 0; {
		end, next := len(f.Text), -1
		if i := strings.Index(f.Text[start:], separator); i >= 0 {
			end = start + i
			next = end + len(separator)
		}
		r.piece(start, end)
		start = next
	}
	if n := len(r.docs); n > 0 {
		r.docs[n-1].Comments = append(r.docs[n-1].Comments, r.pending...)
	}
	return r.docs, findings
}

// separator is what splits a file into documents, whatever follows it.
const separator = "\n---"

// isJSON reports whether the whole text is one JSON value.
func isJSON(text string) bool {
	t := strings.TrimLeft(text, " \t\r\n")
	return t != "" && strings.IndexByte(`{["tfn-0123456789`, t[0]) >= 0 && json.Valid([]byte(t))
}

// bom is the byte order mark at the start of text, if there is one.
func bom(text string) string {
	const mark = "\ufeff"
	if strings.HasPrefix(text, mark) {
		return mark
	}
	return ""
}

// A reader reads the documents of one file.
type reader struct {
	file     *source.File
	findings *diag.List
	docs     []*tree.Document
	pending  []tree.Comment // of pieces without content

	block span // the block scalar that ended the piece before, if one did
}

// piece reads the document in [start, end) of the file.
func (r *reader) piece(start, end int) {
	text := r.file.Text[:end]
	if strings.TrimSpace(text[start:]) == "" {
		return
	}
	doc := &tree.Document{File: r.file, Index: len(r.docs), Span: r.file.At(start, end)}
	b := &builder{file: r.file, findings: r.findings}
	if f := encodingFault(text, start, false); f != nil {
		b.report(f)
		r.docs = append(r.docs, doc)
		return
	}
	b.scanner = newScanner(text, start+len(bom(text[start:])))
	b.borrow()
	defer b.giveBack()
	b.scan()
	root, empty := b.document()
	comments := b.treeComments()
	if empty {
		r.pending = append(r.pending, comments...)
		return
	}
	b.attachComments(root, comments)
	if root != nil && len(r.pending) > 0 {
		own := commentsOf(root)
		own.Head = append(r.pending[:len(r.pending):len(r.pending)], own.Head...)
	}
	doc.Root, doc.Damage = root, b.damage(root)
	doc.Comments = append(r.pending, comments...)
	r.pending = nil
	r.docs = append(r.docs, doc)
	r.separatorInside(start, root)
	r.block = b.lastBlock()
}

// damage is what of a document that was read to its end makes no sense.
func (b *builder) damage(root *tree.Node) *tree.Damage {
	if root == nil {
		return nil
	}
	var around []source.Span
	for _, at := range b.broken {
		if m := root.MapAround(at); m != nil {
			around = append(around, m.Span)
		}
	}
	return tree.NewDamage(b.broken, around)
}

// lastBlock is the block scalar that the document ends with, if it does.
func (s *scanner) lastBlock() span {
	for i := len(s.tokens) - 1; i >= 0; i-- {
		switch t := s.tokens[i]; t.kind {
		case tokEnd, tokBlockEnd:
		case tokScalar:
			if t.style == tree.Literal || t.style == tree.Folded {
				return span{int(t.start), int(t.end)}
			}
			return span{}
		default:
			return span{}
		}
	}
	return span{}
}

// separatorInside warns if the piece that starts at start looks like the rest
// of the block scalar that ended the one before: a line of a script that
// starts with "---" splits the file all the same.
func (r *reader) separatorInside(start int, root *tree.Node) {
	if r.block.end == 0 {
		return
	}
	rest := r.file.Text[start:]
	glued := rest != "" && strings.IndexByte(" \t\r\n", rest[0]) < 0
	if !glued && root != nil && root.Kind == tree.Map {
		return
	}
	at := start - len(separator) + 1
	line, _, _ := strings.Cut(r.file.Text[at:], "\n")
	r.findings.Add(diag.Diagnostic{
		Rule: RuleSeparator, Severity: diag.Warning,
		Span:    r.file.At(at, at+len(strings.TrimRight(line, " \t\r"))),
		Message: `"---" at the start of a line ends the document, even inside a block of text`,
		Help:    "indent this line like the rest of the text",
		Related: []diag.Related{{Span: r.file.At(r.block.start, r.block.start+1), Message: "the text starts here"}},
	})
}
