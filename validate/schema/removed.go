package schema

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
)

// A removal is a field that older versions had, and what to write today.
type removal struct {
	typ       typeID
	name, now string
	change    change
}

// change says how the value of a removed field becomes that of the new one.
type change uint8

const (
	byHand  change = iota // only a person knows
	renamed               // it stays
	listed                // it becomes the one entry of a list
)

var removed = []removal{
	{typeCronWorkflowSpec, "schedule", "schedules", listed},
	{typeStopStrategy, "condition", "expression", renamed},
	{typeSynchronization, "mutex", "mutexes", listed},
	{typeSynchronization, "semaphore", "semaphores", listed},
	{typeWorkflowSpec, "podPriority", "podPriorityClassName", byHand},
}

func removedField(typ typeID, name string) *removal {
	for i := range removed {
		if r := &removed[i]; r.typ == typ && r.name == name {
			return r
		}
	}
	return nil
}

// migrate rewrites the entry e of n. It is safe: the old field has no effect
// in version 4.
func (r *removal) migrate(e *tree.Entry, n *tree.Node) []diag.Fix {
	if r.change == byHand || e.Merged || n.Entry(r.now) != nil || e.Value.IsNull() || !e.Value.Alias.IsZero() {
		return nil
	}
	fix := diag.Fix{Title: fmt.Sprintf("write %q", r.now), Safe: true, Edits: []diag.Edit{{Span: e.Key.Span, New: r.now}}}
	if r.change == listed {
		fix.Edits = append(fix.Edits, entryOfList(e.Value)...)
	}
	return []diag.Fix{fix}
}

// entryOfList puts a scalar or a map into a list of its own.
func entryOfList(n *tree.Node) []diag.Edit {
	text := n.Span.Text()
	switch {
	case n.Kind == tree.Map && !n.Flow:
		edits := []diag.Edit{{Span: n.Span.File.At(n.Span.Start, n.Span.Start), New: "- "}}
		for i := range len(text) - 1 {
			if text[i] == '\n' && text[i+1] != '\n' && text[i+1] != '\r' {
				at := n.Span.Start + i + 1
				edits = append(edits, diag.Edit{Span: n.Span.File.At(at, at), New: "  "})
			}
		}
		return edits
	case n.IsScalar() && n.Style == tree.Plain && strings.ContainsAny(text, ",[]{}"):
		text = strconv.Quote(n.Value)
	}
	return []diag.Edit{{Span: n.Span, New: "[" + text + "]"}}
}
