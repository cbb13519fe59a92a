package rules

import (
	"slices"
	"strconv"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/types"
)

// siteKey is the key under which the expressions of a project are shared.
type siteKey struct{}

// A judged is an expression with what its check found.
type judged struct {
	*types.Site
	errors []expr.Error
}

// expressions are all expressions of the project, checked once for all rules.
func expressions(p *validate.Pass) []judged {
	return validate.Fact(p, siteKey{}, func() []judged {
		var out []judged
		for s := range types.Sites(p.Trace, p.ForWeft) {
			out = append(out, judged{s, s.Check()})
		}
		return out
	})
}

// reportExpressions reports the errors that are of a rule's kind.
func reportExpressions(p *validate.Pass, of func(judged, expr.Error) bool) {
	for _, j := range expressions(p) {
		for _, e := range j.errors {
			if of(j, e) {
				p.Report(expressionFinding(j.Site, e))
			}
		}
	}
}

func expressionFinding(s *types.Site, e expr.Error) diag.Diagnostic {
	d := diag.Diagnostic{Span: s.Span(e.Start, e.End), Message: e.Message, Help: e.Help}
	if reason, ok := s.Lacks[s.Text[e.Start:e.End]]; ok {
		d.Message, d.Help = strconv.Quote(s.Text[e.Start:e.End])+" is not available here", reason
	}
	return d
}

// outOfScope tells names that exist, but not here, from those that are unknown.
func outOfScope(j judged, e expr.Error) bool {
	if e.Kind != expr.UnknownName {
		return false
	}
	_, lacks := j.Lacks[j.Text[e.Start:e.End]]
	return lacks || strings.HasSuffix(e.Message, "is not available here")
}

// ofKind selects errors by kind.
func ofKind(kinds ...expr.ErrorKind) func(judged, expr.Error) bool {
	return func(_ judged, e expr.Error) bool { return slices.Contains(kinds, e.Kind) }
}
