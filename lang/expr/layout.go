package expr

import (
	"sort"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser/lexer"
)

// A layout knows where the tokens of an expression stand. expr-lang gives most
// nodes the place of one token, counted in code points; a layout turns that
// into the bytes of the whole node.
type layout struct {
	tokens  []lexer.Token
	partner []int // of a bracket token: index of the bracket it belongs to, else -1
	offsets []int // byte offset of each code point and of the end; nil when all are ASCII
	size    int   // length of the text in bytes
}

// newLayout scans src. On a fault the layout holds the tokens before it.
func newLayout(src string) (*layout, *file.Error) {
	l := &layout{size: len(src)}
	if utf8.RuneCountInString(src) < len(src) {
		for i := range src {
			l.offsets = append(l.offsets, i)
		}
		l.offsets = append(l.offsets, len(src))
	}
	l.tokens = make([]lexer.Token, 0, len(src)/3+1)
	scan := lexer.New()
	scan.Reset(file.NewSource(src))
	for {
		t, err := scan.Next()
		if err != nil {
			l.pair()
			fault, ok := err.(*file.Error)
			if !ok {
				fault = &file.Error{Message: err.Error()}
			}
			return l, fault
		}
		if t.Is(lexer.EOF) {
			l.pair()
			return l, nil
		}
		l.tokens = append(l.tokens, t)
	}
}

// pair finds the partner of every bracket.
func (l *layout) pair() {
	l.partner = make([]int, len(l.tokens))
	var open []int
	for i, t := range l.tokens {
		l.partner[i] = -1
		if t.Kind != lexer.Bracket {
			continue
		}
		if closing(t.Value) == "" {
			if n := len(open); n > 0 && closing(l.tokens[open[n-1]].Value) == t.Value {
				l.partner[i], l.partner[open[n-1]] = open[n-1], i
				open = open[:n-1]
			}
			continue
		}
		open = append(open, i)
	}
}

// closing is the bracket that closes b, "" when b opens nothing.
func closing(b string) string {
	switch b {
	case "(":
		return ")"
	case "[":
		return "]"
	case "{":
		return "}"
	}
	return ""
}

// unclosed is the index of the innermost bracket that nothing closes, or -1.
func (l *layout) unclosed() int {
	for i := len(l.tokens) - 1; i >= 0; i-- {
		if closing(l.tokens[i].Value) != "" && l.tokens[i].Kind == lexer.Bracket && l.partner[i] < 0 {
			return i
		}
	}
	return -1
}

// byteOffset converts a code point offset of expr-lang's.
func (l *layout) byteOffset(r int) int {
	if l.offsets == nil {
		return max(0, min(r, l.size))
	}
	return l.offsets[max(0, min(r, len(l.offsets)-1))]
}

func (l *layout) bytes(loc file.Location) (start, end int) {
	start, end = l.byteOffset(loc.From), l.byteOffset(loc.To)
	return start, max(start, end)
}

// at is the index of the first token that starts at code point r or later.
func (l *layout) at(r int) int {
	return sort.Search(len(l.tokens), func(i int) bool { return l.tokens[i].From >= r })
}

// span is the byte range of the whole node n: the hull of the tokens below it,
// widened until every bracket inside has its partner.
func (l *layout) span(n ast.Node) (start, end int) {
	h := hull{from: -1}
	l.cover(&h, n)
	if h.from < 0 {
		return 0, l.size
	}
	first, last := l.at(h.from), l.at(h.to)-1
	for i := first; i <= last && i < len(l.tokens); i++ {
		p := l.partner[i]
		if p < 0 {
			continue
		}
		last = max(last, p)
		if p < first {
			first, i = p, p
		}
	}
	if last < first || last >= len(l.tokens) {
		return l.bytes(file.Location{From: h.from, To: h.to})
	}
	return l.bytes(file.Location{From: l.tokens[first].From, To: l.tokens[last].To})
}

// A hull is a growing range of code points.
type hull struct{ from, to int }

func (h *hull) add(loc file.Location) {
	if h.from < 0 || loc.From < h.from {
		h.from = loc.From
	}
	h.to = max(h.to, loc.To)
}

func (l *layout) cover(h *hull, n ast.Node) {
	switch n.(type) {
	case *ast.ConditionalNode: // carries the place of whatever follows it
	case *ast.CallNode, *ast.BuiltinNode:
		h.add(n.Location())
		if i := l.at(n.Location().To); i < len(l.tokens) && l.tokens[i].Value == "(" && l.partner[i] >= 0 {
			h.add(l.tokens[l.partner[i]].Location)
		}
	default:
		h.add(n.Location())
	}
	for _, c := range children(n) {
		l.cover(h, c)
	}
}
