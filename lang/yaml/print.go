package yaml

import (
	"strings"
	"unicode/utf8"

	"github.com/weft-lang/weft/lang/tree"
)

// A Printer writes trees as block YAML, the way kubectl does: two blanks of
// indentation, lists not indented under their key, quotes only where needed.
// Every reader of YAML 1.1 or 1.2 reads back the same JSON. Aliases and merge
// keys come out expanded.
type Printer struct {
	Comments bool // print the comments of the nodes
}

// Print writes one document without comments.
func Print(root *tree.Node) []byte { return Printer{}.Print(root) }

// Print writes the documents one behind the other, parted by "---".
func (o Printer) Print(roots ...*tree.Node) []byte {
	p := printer{comments: o.Comments}
	for i, root := range roots {
		if i > 0 {
			p.separate()
		}
		p.document(root)
	}
	return p.out
}

// step is how far each level is indented.
const step = 2

type printer struct {
	comments bool
	out      []byte
	tail     string // the header of the block scalar that was written last, if nothing came after it
}

// separate starts a new document. Kubernetes' tools split a file in front of
// the line break that precedes "---", so a block scalar that ends a document
// would lose its own last line break.
func (p *printer) separate() {
	switch {
	case strings.HasSuffix(p.tail, "+"):
		p.write("...\n")
	case p.tail != "" && !strings.HasSuffix(p.tail, "-"):
		p.write("\n")
	}
	p.write("---\n")
}

func (p *printer) write(s string) {
	p.out = append(p.out, s...)
	p.tail = ""
}

func (p *printer) indent(n int) { p.write(strings.Repeat(" ", n)) }

func (p *printer) document(root *tree.Node) {
	if root == nil {
		p.write("null\n")
		return
	}
	p.above(root, 0)
	switch {
	case len(root.Entries) > 0:
		p.entries(root, 0, false)
	case len(root.Items) > 0:
		p.items(root, 0, false)
	default:
		p.scalar(root, 0, nil)
	}
	p.below(root, 0)
}

// entries writes a map. inline says that its first line already holds a dash.
func (p *printer) entries(n *tree.Node, indent int, inline bool) {
	for i, e := range lastOfEach(n.Entries) {
		if i > 0 || !inline {
			p.above(e.Key, indent)
			p.indent(indent)
		}
		p.key(e.Key, indent)
		p.value(e, indent)
		p.below(e.Key, indent)
	}
}

// maxPlainKey is up to how many bytes a key is sure to be recognized by its ":".
const maxPlainKey = 900

func (p *printer) key(key *tree.Node, indent int) {
	text, ok := plainOrQuoted(key.Value)
	if !ok || len(text) > maxPlainKey {
		text = doubleQuoted(key.Value)
	}
	if len(text) > maxPlainKey {
		p.write("? " + text + "\n")
		p.indent(indent)
		p.write(":")
		return
	}
	p.write(text + ":")
}

func (p *printer) value(e tree.Entry, indent int) {
	v := e.Value
	switch {
	case v != nil && len(v.Entries) > 0:
		p.behind(e.Key, v)
		p.write("\n")
		p.above(v, indent+step)
		p.entries(v, indent+step, false)
		p.below(v, indent+step)
	case v != nil && len(v.Items) > 0:
		p.behind(e.Key, v)
		p.write("\n")
		p.above(v, indent)
		p.items(v, indent, false)
		p.below(v, indent)
	default:
		p.write(" ")
		p.scalar(v, indent, e.Key)
	}
}

func (p *printer) items(n *tree.Node, indent int, inline bool) {
	for i, it := range n.Items {
		if i > 0 || !inline {
			p.aboveItem(it, indent)
			p.indent(indent)
		}
		p.write("- ")
		switch {
		case it != nil && len(it.Entries) > 0:
			p.entries(it, indent+step, true)
		case it != nil && len(it.Items) > 0:
			p.items(it, indent+step, true)
		default:
			p.scalar(it, indent, nil)
		}
		p.below(it, indent)
	}
}

// scalar writes a value that is not a block collection, and ends the line. key
// is its key, nil if it has none: comments behind that go here too.
func (p *printer) scalar(n *tree.Node, indent int, key *tree.Node) {
	if n != nil && n.Kind == tree.String && strings.Contains(n.Value, "\n") {
		if header, ok := blockHeader(n.Value); ok {
			p.write(header)
			p.behind(key, n)
			p.write("\n")
			p.block(n.Value, indent+step)
			p.tail = header
			return
		}
	}
	p.write(inlineText(n))
	p.behind(key, n)
	p.write("\n")
}

func inlineText(n *tree.Node) string {
	switch {
	case n == nil:
		return "null"
	case n.Kind == tree.Map:
		return "{}"
	case n.Kind == tree.List:
		return "[]"
	case n.Value == "-0" && n.Kind != tree.String:
		return "-0.0" // the integer has no sign
	case n.Kind != tree.String:
		return n.Value
	}
	if text, ok := plainOrQuoted(n.Value); ok {
		return text
	}
	return doubleQuoted(n.Value)
}

// blockHeader is the header of the literal block that says text, if one can.
func blockHeader(text string) (header string, ok bool) {
	if strings.IndexFunc(text, func(r rune) bool { return r != '\n' && r != '\t' && !isPrintable(r) }) >= 0 || !utf8.ValidString(text) {
		return "", false
	}
	header = "|"
	if strings.IndexByte(" \t\n", text[0]) >= 0 {
		header += "2"
	}
	body := strings.TrimRight(text, "\n")
	switch {
	case body == "":
		return "", false
	case len(body) == len(text):
		header += "-"
	case len(text)-len(body) > 1:
		header += "+"
	}
	return header, true
}

func (p *printer) block(text string, indent int) {
	for line := range strings.Lines(text) {
		if line != "\n" {
			p.indent(indent)
		}
		p.write(line)
	}
	if !strings.HasSuffix(text, "\n") {
		p.write("\n")
	}
}

// above writes the comments above n.
func (p *printer) above(n *tree.Node, indent int) {
	if p.comments && n != nil && n.Comments != nil {
		p.lines(n.Comments.Head, indent)
	}
}

// aboveItem writes the comments above an item, and those of the first entry or
// item in it: that stands behind the same dash.
func (p *printer) aboveItem(n *tree.Node, indent int) {
	for n != nil {
		p.above(n, indent)
		if len(n.Entries)+len(n.Items) == 0 {
			return
		}
		if p.comments && n.Comments != nil {
			p.lines(n.Comments.Line, indent)
		}
		if len(n.Entries) > 0 {
			p.above(lastOfEach(n.Entries)[0].Key, indent)
			return
		}
		n = n.Items[0]
	}
}

func (p *printer) below(n *tree.Node, indent int) {
	if p.comments && n != nil && n.Comments != nil {
		p.lines(n.Comments.Foot, indent)
	}
}

func (p *printer) lines(comments []tree.Comment, indent int) {
	for _, c := range comments {
		p.indent(indent)
		p.write(strings.TrimRight("# "+c.Text, " ") + "\n")
	}
}

// behind writes the comments that stand on the same line as the nodes.
func (p *printer) behind(nodes ...*tree.Node) {
	if !p.comments {
		return
	}
	var texts []string
	for _, n := range nodes {
		if n != nil && n.Comments != nil {
			for _, c := range n.Comments.Line {
				texts = append(texts, c.Text)
			}
		}
	}
	if len(texts) > 0 {
		p.write(" # " + strings.Join(texts, "; "))
	}
}
