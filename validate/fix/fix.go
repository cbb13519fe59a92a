// Package fix applies the fixes of findings to the text of files: byte edits
// that leave everything else, comments and style included, as it was. It never
// writes a file.
package fix

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
)

// Level says which fixes may be applied.
type Level uint8

// The levels. Unsafe includes Safe.
const (
	None Level = iota
	Safe
	Unsafe
)

// Apply applies fixes to a text. Each is applied whole or not at all: one that
// touches an edit of an earlier one waits for the next round. applied is their
// number.
func Apply(text string, fixes []diag.Fix) (fixed string, applied int) {
	var done []diag.Edit
	for _, f := range fixes {
		if len(f.Edits) == 0 || !fits(text, f.Edits) || touches(done, f.Edits) {
			continue
		}
		done = append(done, f.Edits...)
		applied++
	}
	slices.SortFunc(done, func(a, b diag.Edit) int { return cmp.Compare(a.Span.Start, b.Span.Start) })
	var b strings.Builder
	at := 0
	for _, e := range done {
		b.WriteString(text[at:e.Span.Start])
		b.WriteString(e.New)
		at = e.Span.End
	}
	b.WriteString(text[at:])
	return b.String(), applied
}

// fits reports whether the edits are all for this text and do not overlap each
// other.
func fits(text string, edits []diag.Edit) bool {
	for i, e := range edits {
		if e.Span.File == nil || e.Span.File.Text != text || e.Span.Start > e.Span.End || touches(edits[:i], edits[i:i+1]) {
			return false
		}
	}
	return true
}

// touches reports whether two edits overlap, or whether one inserts where the
// other begins or ends: what the result would be then depends on their order.
func touches(done, more []diag.Edit) bool {
	for _, d := range done {
		for _, m := range more {
			reach := 0
			if d.Span.Start == d.Span.End || m.Span.Start == m.Span.End {
				reach = 1
			}
			if m.Span.Start < d.Span.End+reach && d.Span.Start < m.Span.End+reach {
				return true
			}
		}
	}
	return false
}

// rounds bounds how often fixes may make room for others.
const rounds = 10

// Loop applies the fixes of findings to files, by name, until there is nothing
// left to fix. check gives the findings of texts that stand in for those on
// disk. A round that leaves a file unreadable that was readable is undone.
// changed holds the files that have a new text; applied is the number of fixes.
func Loop(findings []diag.Diagnostic, level Level, check func(changed map[string]string) []diag.Diagnostic) (changed map[string]string, applied int) {
	changed = map[string]string{}
	spoilt := map[string]bool{} // files that a fix would make unreadable
	for range rounds {
		texts, n := round(findings, level, spoilt)
		if len(texts) == 0 {
			break
		}
		next := maps.Clone(changed)
		maps.Copy(next, texts)
		after := check(next)
		good := true
		for name := range texts {
			if unreadable(after, name) && !unreadable(findings, name) {
				spoilt[name], good = true, false
			}
		}
		if good {
			changed, findings = next, after
			applied += n
		}
	}
	return changed, applied
}

// round applies what can be applied at once.
func round(findings []diag.Diagnostic, level Level, skip map[string]bool) (texts map[string]string, applied int) {
	byFile := map[string][]diag.Fix{}
	text := map[string]string{}
	for _, d := range findings {
		f, ok := choose(d.Fixes, level)
		if !ok || len(f.Edits) == 0 || f.Edits[0].Span.File == nil {
			continue
		}
		file := f.Edits[0].Span.File
		if !skip[file.Name] {
			byFile[file.Name] = append(byFile[file.Name], f)
			text[file.Name] = file.Text
		}
	}
	texts = map[string]string{}
	for name, fixes := range byFile {
		if fixed, n := Apply(text[name], fixes); fixed != text[name] {
			texts[name] = fixed
			applied += n
		}
	}
	return texts, applied
}

// choose is the first fix that the level allows.
func choose(fixes []diag.Fix, level Level) (diag.Fix, bool) {
	for _, f := range fixes {
		if level == Unsafe || level == Safe && f.Safe {
			return f, true
		}
	}
	return diag.Fix{}, false
}

// unreadable reports whether a file has a mistake of syntax.
func unreadable(findings []diag.Diagnostic, file string) bool {
	return slices.ContainsFunc(findings, func(d diag.Diagnostic) bool {
		return (d.Rule == "yaml-syntax" || d.Rule == "weft-syntax") && d.Span.File != nil && d.Span.File.Name == file
	})
}
