package yaml

import (
	"fmt"

	"github.com/weft-lang/weft/lang/tree"
)

// An aliasCount keeps account of how large the document gets once aliases are
// expanded, by the measure of the reader that decides: nodes visited, and how
// many of them because of aliases.
type aliasCount struct {
	nodes, aliased int
	refused        bool
}

func (c *aliasCount) visit() { c.nodes++ }

// Between these two numbers of nodes the share that aliases may have falls
// from 99 % to 10 %.
const (
	aliasRangeLow  = 400_000
	aliasRangeHigh = 4_000_000
)

// excessive reports whether aliases make up too much of the document.
func (c *aliasCount) excessive() bool {
	if c.aliased <= 100 || c.nodes <= 1000 {
		return false
	}
	allowed := 0.99 - 0.89*float64(c.nodes-aliasRangeLow)/float64(aliasRangeHigh-aliasRangeLow)
	allowed = min(0.99, max(0.10, allowed))
	return float64(c.aliased)/float64(c.nodes) > allowed
}

func (b *builder) checkAliases() {
	if b.aliases.aliased > 100 && !b.aliases.refused && b.aliases.excessive() {
		b.aliases.refused = true
		t := b.tokens[max(b.i-1, 0)]
		b.bail(&fault{
			rule: RuleLimits, span: span{int(t.start), int(t.end)},
			message: "the aliases of this document expand to too many nodes",
			help:    "write the values out, or use fewer aliases inside anchored values",
		})
	}
}

// anchor registers the node that follows under the name of the token.
func (b *builder) anchor(t token) *anchor {
	if b.anchors == nil {
		b.anchors = map[string]*anchor{}
	}
	a := &anchor{}
	b.anchors[b.text[t.start+1:t.end]] = a
	return a
}

// alias returns a copy of the node that the alias names. Its children are shared.
func (b *builder) alias(t token) *tree.Node {
	b.aliases.visit()
	name := b.text[t.start+1 : t.end]
	at := b.file.At(int(t.start), int(t.end))
	a := b.anchors[name]
	if a == nil || a.node == nil {
		f := &fault{
			span:    span{int(t.start), int(t.end)},
			message: fmt.Sprintf("anchor %q is not defined above", name),
			help:    fmt.Sprintf(`define it with "&%s", or quote the text if it is no alias`, name),
		}
		if a != nil {
			f.message = fmt.Sprintf("anchor %q contains itself", name)
			f.help = "an alias cannot stand inside the value that it names"
		}
		b.report(f)
		n := b.newNode(tree.Null, int(t.start), int(t.end))
		n.Value = "null"
		return n
	}
	b.aliases.nodes += a.size
	b.aliases.aliased += a.size
	b.checkAliases()
	n := b.newNode(a.node.Kind, 0, 0)
	*n = *a.node
	n.Alias = at
	n.Comments = nil
	return n
}
