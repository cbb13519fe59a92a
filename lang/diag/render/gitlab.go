package render

import (
	"cmp"
	"io"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
)

var gitLabSeverities = [...]string{diag.Info: "info", diag.Warning: "minor", diag.Error: "major"}

type gitLabIssue struct {
	Description string         `json:"description"`
	CheckName   string         `json:"check_name"`
	Fingerprint string         `json:"fingerprint"`
	Severity    string         `json:"severity"`
	Location    gitLabLocation `json:"location"`
}

// A gitLabLocation says the lines twice: GitLab reads either form, other
// readers of the format only one of them.
type gitLabLocation struct {
	Path      string                      `json:"path"`
	Lines     gitLabRange[int]            `json:"lines"`
	Positions gitLabRange[gitLabPosition] `json:"positions"`
}

type gitLabRange[T any] struct {
	Begin T `json:"begin"`
	End   T `json:"end"`
}

type gitLabPosition struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

// GitLab prints a GitLab code quality report, which shows findings in a merge
// request.
func GitLab(w io.Writer, r Report, _ Options) error {
	issues := make([]gitLabIssue, 0, len(r.Diagnostics))
	fingerprints := diag.Fingerprints(r.Diagnostics)
	for i, d := range r.Diagnostics {
		issues = append(issues, gitLabIssue{
			Description: withHelp(d), CheckName: d.Rule, Fingerprint: fingerprints[i],
			Severity: gitLabSeverities[d.Severity], Location: toGitLab(d.Span),
		})
	}
	enc := newEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(issues)
}

// toGitLab is where a finding is. One that is nowhere must have a place, too.
func toGitLab(s source.Span) gitLabLocation {
	if s.IsZero() {
		s = source.NewFile(".", "").At(0, 0)
	}
	start, end := s.File.Position(s.Start), s.File.Position(s.End)
	return gitLabLocation{
		Path:  cmp.Or(s.File.Name, "."),
		Lines: gitLabRange[int]{start.Line, end.Line},
		Positions: gitLabRange[gitLabPosition]{
			gitLabPosition{start.Line, start.Column}, gitLabPosition{end.Line, end.Column},
		},
	}
}
