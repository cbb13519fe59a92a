package validate

import (
	"cmp"
	"slices"
	"sort"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
)

// doubts tell which findings may be about what could not be read. nil doubts
// nothing.
type doubts struct {
	places, around regions
	words          map[string]bool // in what was given up
	lost           map[string]bool // in documents of which nothing is left
}

// newDoubts collects the damage of documents, nil if there is none.
func newDoubts(docs []*tree.Document) *doubts {
	var q *doubts
	for _, d := range docs {
		switch {
		case d.Damage == nil && (d.Root != nil || d.File == nil):
			continue
		case q == nil:
			q = &doubts{places: regions{}, around: regions{}, words: map[string]bool{}, lost: map[string]bool{}}
		}
		if d.Damage == nil {
			q.lose(d.Span)
			continue
		}
		q.places.add(d.Damage.Places)
		q.around.add(d.Damage.Around)
		for w := range d.Damage.Words {
			q.words[w] = !grammar[w]
		}
	}
	if q != nil {
		for setting, name := range gives {
			q.words[name] = q.words[name] || q.words[setting]
		}
		q.places.sort()
		q.around.sort()
	}
	return q
}

// lose notes the words of a document of which nothing is left.
func (q *doubts) lose(span source.Span) {
	for _, w := range tree.Words(span.Text()) {
		q.lost[w] = true
	}
}

// about reports whether a finding of r may be gone once the damage is mended.
func (q *doubts) about(r *Rule, d diag.Diagnostic) bool {
	if q == nil {
		return false
	}
	if r.Name == ruleResourceNotFound && names(d, q.lost) {
		return true
	}
	if len(q.places) == 0 {
		return false
	}
	switch {
	case q.places.touch(d.Span):
		return true
	case fromText[r.Name]:
		return false
	}
	return isAbsence(r) || !fromNames[r.Name] && q.around.touch(d.Span) || names(d, q.words)
}

// isAbsence reports whether r finds that something is missing from a whole
// document, where it may stand in the damage.
func isAbsence(r *Rule) bool {
	return r.Group == DeadWeight || r.Group == Robustness || r.Name == "entrypoint-required"
}

// ruleResourceNotFound is the rule about references to other documents.
const ruleResourceNotFound = "resource-not-found"

// grammar are words of references that name nothing by themselves.
var grammar = nameSet("workflow", "parameters", "artifacts", "inputs", "outputs", "steps", "tasks", "item", "result")

// gives are the settings that bring names into being: a daemon has an address, a
// workflow that ends knows its failures.
var gives = map[string]string{"daemon": "ip", "onExit": "failures", "exit": "failures"}

// fromText are the rules that look at the text that they underline, and at
// nothing else.
var fromText = nameSet(
	"unknown-field", "unknown-step-field", "unknown-field-under-steps", "wrong-type", "quantity-invalid", "typed-field-template",
	"non-scalar-parameter-value", "null-list-entry", "enum-core", "image-invalid", "image-unpinned", "port-invalid", "env-name-odd",
	"resource-unit-odd", "resource-action-invalid", "retry-policy-invalid", "retry-limit-not-int", "duration-invalid",
	"timeout-bare-integer", "shutdown-value", "schedule-malformed", "timezone-invalid", "cron-impossible-date",
	"concurrency-policy-invalid", "metric-name-invalid", "io-name-invalid", "step-name-invalid", "template-name-invalid",
	"unterminated-tag", "unclosed-braces", "multiline-tag", "when-syntax", "depends-syntax", "expression-syntax",
	"shell-syntax", "shell-odd-character", "python-syntax", "newer-than-target",
)

// fromNames are the rules about names that lead nowhere, or should not. What
// they say of a damaged template holds unless the name may be in the damage.
var fromNames = nameSet(
	"unresolved-reference", "unresolved-spec-reference", "unknown-tag-root", "unbraced-reference-typo", "undefined-template",
	"dependency-undefined", "undeclared-argument", "resource-not-found", "template-not-in-resource", "step-name-duplicate",
	"template-name-duplicate", "io-name-duplicate",
)

func nameSet(names ...string) map[string]bool {
	set := map[string]bool{}
	for _, n := range names {
		set[n] = true
	}
	return set
}

// names reports whether the finding is about one of the words: it underlines
// one, or quotes one.
func names(d diag.Diagnostic, words map[string]bool) bool {
	any := func(text string) bool {
		return slices.ContainsFunc(tree.Words(text), func(w string) bool { return words[w] })
	}
	if any(d.Span.Text()) {
		return true
	}
	for i, part := range strings.Split(d.Message, `"`) {
		if i%2 == 1 && any(part) {
			return true
		}
	}
	return false
}

// regions are spans by the name of their file: one file may have been read twice.
type regions map[string][]source.Span

func (r regions) add(spans []source.Span) {
	for _, s := range spans {
		r[s.File.Name] = append(r[s.File.Name], s)
	}
}

// sort puts spans in order and joins those that overlap.
func (r regions) sort() {
	for file, spans := range r {
		slices.SortFunc(spans, func(a, b source.Span) int { return cmp.Compare(a.Start, b.Start) })
		joined := spans[:1]
		for _, s := range spans[1:] {
			if last := &joined[len(joined)-1]; s.Start <= last.End {
				last.End = max(last.End, s.End)
			} else {
				joined = append(joined, s)
			}
		}
		r[file] = joined
	}
}

// touch reports whether a span has something in common with the regions.
func (r regions) touch(s source.Span) bool {
	if s.File == nil {
		return false
	}
	spans := r[s.File.Name]
	i := sort.Search(len(spans), func(i int) bool { return spans[i].End > s.Start })
	return i < len(spans) && spans[i].Start < max(s.End, s.Start+1)
}
