package manual

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/weft-lang/weft/validate"
)

// Counts say how often rules find something in documents that Argo's linter
// accepts: testdata/precision/counts.json.
type Counts struct {
	Documents int                       `json:"documents"`
	Findings  map[string]map[string]int `json:"findings"` // by profile and rule
}

// A Judged finding is one that two readers have looked at, apart from each
// other: testdata/precision/findings.json.
type Judged struct {
	ID       int     `json:"id"`
	Profile  string  `json:"profile"`
	Rule     string  `json:"rule"`
	Document string  `json:"document"` // the hash of the document
	Line     int     `json:"line"`
	Message  string  `json:"message"`
	First    Verdict `json:"first"`
	Second   Verdict `json:"second,omitzero"` // not yet given for the newest
}

// A Verdict is what one reader says of a finding.
type Verdict struct {
	Verdict string `json:"verdict"` // Right or Wrong
	Proof   string `json:"proof"`
}

// The verdicts.
const (
	Right = "right"
	Wrong = "wrong"
)

// Precision is the part of the index of rules that says what they find in real
// documents, and how much of it is right, as Markdown.
func Precision(counts Counts, judged []Judged) string {
	var b strings.Builder
	fmt.Fprintf(&b, `
## In real workflows

How many findings each rule has in %d real documents: the examples, tests and
manuals of Argo Workflows that its own linter accepts. They are what a user who
comes from there sees first: faults that went unnoticed, and whatever weft gets
wrong. Rules that are not listed find nothing there.

`, counts.Documents)
	writeCounts(&b, counts)
	if len(judged) > 0 {
		fmt.Fprintf(&b, `
## How many findings are right

Two readers judged %d of these findings, apart from each other and with a proof
for each: up to 12 of every rule in recommended, and up to 3 of every rule that
only strict or security have. The newest may have been read by one of them only. A
finding is right when what it says is so and deserves its severity. Findings that
were judged wrong and no longer come up, since their rule was mended, are not
among them: of the first 175 both readers called 160 right. The verdicts are in
testdata/precision/findings.json.

`, len(judged))
		writePrecision(&b, judged)
	}
	return b.String()
}

func writeCounts(b *strings.Builder, counts Counts) {
	rules := map[string]bool{}
	var profiles []string
	for _, p := range validate.Profiles() {
		if found, ok := counts.Findings[p]; ok {
			profiles = append(profiles, p)
			for rule := range found {
				rules[rule] = true
			}
		}
	}
	row(b, "rule", profiles...)
	row(b, "---", slices.Repeat([]string{"---:"}, len(profiles))...)
	for _, rule := range slices.Sorted(maps.Keys(rules)) {
		var cells []string
		for _, p := range profiles {
			cell := "–"
			if n := counts.Findings[p][rule]; n > 0 {
				cell = fmt.Sprint(n)
			}
			cells = append(cells, cell)
		}
		row(b, "`"+rule+"`", cells...)
	}
}

func writePrecision(b *strings.Builder, judged []Judged) {
	row(b, "profile", "findings", "right, first reader", "right, second reader", "both agree")
	row(b, "---", "---:", "---:", "---:", "---:")
	for _, p := range validate.Profiles() {
		of := slices.DeleteFunc(slices.Clone(judged), func(j Judged) bool { return j.Profile != p })
		if len(of) > 0 {
			row(b, p, shares(of)...)
		}
	}
	row(b, "all", shares(judged)...)
}

// shares are the cells of a row about findings: how many, and how many of them
// are right for the first reader, for the second, and judged alike by both.
func shares(of []Judged) []string {
	twice := slices.DeleteFunc(slices.Clone(of), func(j Judged) bool { return j.Second.Verdict == "" })
	share := func(of []Judged, is func(Judged) bool) string {
		n := 0
		for _, j := range of {
			if is(j) {
				n++
			}
		}
		return fmt.Sprintf("%d of %d (%.1f %%)", n, len(of), 100*float64(n)/float64(max(len(of), 1)))
	}
	return []string{
		fmt.Sprint(len(of)),
		share(of, func(j Judged) bool { return j.First.Verdict == Right }),
		share(twice, func(j Judged) bool { return j.Second.Verdict == Right }),
		share(twice, func(j Judged) bool { return j.First.Verdict == j.Second.Verdict }),
	}
}

func row(b *strings.Builder, first string, rest ...string) {
	fmt.Fprintf(b, "| %s | %s |\n", first, strings.Join(rest, " | "))
}
