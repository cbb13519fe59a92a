package rules

import (
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/validate"
)

// outsideScript is a script with what a checker cannot see in its text.
type outsideScript struct {
	script
	errExit bool // it ends at the first command that fails
}

// askOutside hands scripts to a checker and reports what it finds outside of
// tags, which it has not seen.
func askOutside(p *validate.Pass, checker validate.ScriptChecker, all []outsideScript) {
	if checker == nil || len(all) == 0 {
		return
	}
	var asked []validate.Script
	same := map[validate.Script][]script{} // each is asked about once
	for _, s := range all {
		a := validate.Script{Program: s.runner, Text: withoutTags(s.text.Text()), ErrExit: s.errExit}
		if same[a] == nil {
			asked = append(asked, a)
		}
		same[a] = append(same[a], s.script)
	}
	for _, f := range checker.Check(asked) {
		if f.Script < 0 || f.Script >= len(asked) {
			continue
		}
		for _, s := range same[asked[f.Script]] {
			reportFault(p, s, f)
		}
	}
}

func reportFault(p *validate.Pass, s script, f validate.ScriptFault) {
	text := s.text.Text()
	if f.Start < 0 || f.End < f.Start || f.End > len(text) || overTag(text, f.Start, f.End) {
		return
	}
	message := strings.TrimSuffix(f.Message, ".")
	if f.Code != "" {
		message += " (" + f.Code + ")"
	}
	p.Report(diag.Diagnostic{Span: s.text.Source(f.Start, f.End), Message: message})
}

// overTag reports whether [start, end) touches a tag of text.
func overTag(text string, start, end int) bool {
	tags, _ := expr.Tags(text)
	for _, t := range tags {
		if t.Start < end && start < t.End {
			return true
		}
	}
	return false
}
