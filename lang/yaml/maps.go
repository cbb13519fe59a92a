package yaml

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
)

// A mapReader collects the entries of one map.
type mapReader struct {
	node   *tree.Node
	mark   int // where its entries start on the stack
	merges []merge
}

// A merge is a "<<" entry: at is where its entries go among the others.
type merge struct {
	at    int
	key   *tree.Node
	value *tree.Node
}

// entry adds an entry to m; at is its place, which was opened before the value
// was read.
func (b *builder) entry(m *mapReader, at int, key, value *tree.Node) {
	if b.mergeKeys[key] {
		b.aliases.nodes-- // the reader that decides does not count the key
		if value.Kind == tree.List && value.Alias.IsZero() {
			b.aliases.nodes--
		}
		b.merge(m, key, value)
		return
	}
	b.place(at, key, value)
	b.checkKey(key)
	b.checkValue(value)
	b.entries = append(b.entries, tree.Entry{Key: key, Value: value})
}

// keyFloats are the numbers that do not fit the 32 bits a key is printed from.
var keyFloats = strings.NewReplacer("+Inf", ".inf", "-Inf", "-.inf")

// checkKey makes a string of a key, and reports keys that no JSON object can have.
func (b *builder) checkKey(key *tree.Node) {
	switch key.Kind {
	case tree.String, tree.Bool:
	case tree.Int:
		if _, err := strconv.ParseInt(key.Value, 10, 64); err != nil {
			b.reportScalar(key, "this number is too large for a key", "quote it")
		}
	case tree.Float:
		if f, err := strconv.ParseFloat(key.Value, 64); err == nil && !math.IsNaN(f) && !math.IsInf(f, 0) {
			key.Value = keyFloats.Replace(strconv.FormatFloat(f, 'g', -1, 32))
		}
	case tree.Null:
		b.reportScalar(key, "a key is missing here", `write a name in front of the ":"`)
	default:
		b.report(b.complexKeyFault(key))
	}
}

// checkValue reports numbers that JSON does not have.
func (b *builder) checkValue(value *tree.Node) {
	if value.Kind == tree.Float && (value.Value[0] == '.' || strings.HasPrefix(value.Value, "-.")) {
		value.Kind = tree.String
		at := value.Place()
		b.report(&fault{
			rule: RuleNotJSON, span: span{at.Start, at.End},
			message: fmt.Sprintf("%s is a number that JSON does not have", value.Value), help: "quote it to make it a string",
		})
	}
}

func (b *builder) merge(m *mapReader, key, value *tree.Node) {
	maps := []*tree.Node{value}
	if value.Kind == tree.List && value.Alias.IsZero() {
		maps = value.Items
	}
	for _, v := range maps {
		if v.Kind != tree.Map {
			if slices.Contains(b.broken, v.Span) {
				continue // an alias of nothing
			}
			b.reportScalar(v, fmt.Sprintf(`"<<" merges maps, and this is a %s`, v.Kind), "name a map with an anchor, and merge its alias")
			continue
		}
		m.merges = append(m.merges, merge{at: len(b.entries) - m.mark, key: key, value: v})
	}
}

func (b *builder) closeMap(m *mapReader) *tree.Node {
	own := b.entries[m.mark:]
	b.checkDuplicates(own)
	m.node.Span.End = b.end
	if len(m.merges) > 0 {
		m.node.Entries = b.expandMerges(m, own)
	} else {
		m.node.Entries = b.copyEntries(own)
	}
	clear(own)
	b.entries = b.entries[:m.mark]
	return m.node
}

func (b *builder) copyEntries(own []tree.Entry) []tree.Entry {
	if len(b.entrySlab) < len(own) {
		b.entrySlab = make([]tree.Entry, max(len(own), 64))
	}
	out := b.entrySlab[:len(own):len(own)]
	b.entrySlab = b.entrySlab[len(own):]
	copy(out, own)
	return out
}

// fewKeys is up to how many keys a linear search for duplicates is the cheapest.
const fewKeys = 12

func (b *builder) checkDuplicates(entries []tree.Entry) {
	if len(entries) <= fewKeys {
		for i := range entries {
			for j := range i {
				if entries[i].Key.Value == entries[j].Key.Value {
					b.duplicate(entries[j].Key, entries[i].Key)
					break
				}
			}
		}
		return
	}
	seen := make(map[string]*tree.Node, len(entries))
	for _, e := range entries {
		if first, ok := seen[e.Key.Value]; ok {
			b.duplicate(first, e.Key)
			continue
		}
		seen[e.Key.Value] = e.Key
	}
}

func (b *builder) duplicate(first, second *tree.Node) {
	b.findings.Add(diag.Diagnostic{
		Rule: RuleDuplicateKey, Severity: diag.Error, Span: second.Place(),
		Message: fmt.Sprintf("key %q is already set in this map", second.Value),
		Help:    "remove one of the two",
		Related: []diag.Related{{Span: first.Place(), Message: "first set here"}},
	})
}

// expandMerges puts the entries of merged maps where their "<<" stood. An
// entry that the map sets itself, or that an earlier merge brought, is not
// overridden; since Kubernetes' reader takes any such overlap for a duplicate
// key and refuses the document, it is reported.
func (b *builder) expandMerges(m *mapReader, own []tree.Entry) []tree.Entry {
	origin := make(map[string]*tree.Node, len(own))
	for _, e := range own {
		origin[e.Key.Value] = e.Key
	}
	var out []tree.Entry
	next := 0
	for _, mg := range m.merges {
		out = append(out, own[next:mg.at]...)
		next = mg.at
		for _, e := range mg.value.Entries {
			first, taken := origin[e.Key.Value]
			if taken {
				b.mergeOverride(mg, first, e.Key)
				continue
			}
			origin[e.Key.Value] = mg.value
			e.Merged = true
			out = append(out, e)
		}
	}
	return append(out, own[next:]...)
}

// mergeOverride reports that key comes in through mg although it is set at first:
// a key of the map itself, or another merged map.
func (b *builder) mergeOverride(mg merge, first, key *tree.Node) {
	d := diag.Diagnostic{
		Rule: RuleMergeOverride, Severity: diag.Error, Span: first.Place(),
		Message: fmt.Sprintf(`key %q is also set by the merge "<<"`, key.Value),
		Help:    "Kubernetes' YAML reader refuses this: leave the key out of the merged map, or write the map out",
		Related: []diag.Related{{Span: mg.value.Place(), Message: "merged in here"}},
	}
	if first.Kind == tree.Map {
		d.Span = mg.value.Place()
		d.Message = fmt.Sprintf("two merged maps set key %q", key.Value)
		d.Related = []diag.Related{{Span: first.Place(), Message: "the other map is merged in here"}}
	}
	b.findings.Add(d)
}
