package render

import "github.com/weft-lang/weft/lang/diag"

// A palette colours text; the zero palette leaves it alone.
type palette struct{ on bool }

func paletteFor(opts Options) palette { return palette{on: opts.Color} }

func (p palette) paint(code, s string) string {
	if !p.on || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

var severityColors = [...]string{diag.Info: "1;36", diag.Warning: "1;33", diag.Error: "1;31"}

func (p palette) severity(sev diag.Severity, s string) string {
	return p.paint(severityColors[sev], s)
}
func (p palette) strong(s string) string { return p.paint("1", s) }
func (p palette) quiet(s string) string  { return p.paint("2", s) }
func (p palette) note(s string) string   { return p.paint("34", s) }
func (p palette) good(s string) string   { return p.paint("32", s) }

// summary is the report's closing line in the colour of its worst finding.
func (p palette) summary(r Report) string {
	worst := diag.Severity(0)
	for _, d := range r.Diagnostics {
		worst = max(worst, d.Severity)
	}
	if worst == 0 {
		return p.good(r.Summary())
	}
	return p.severity(worst, r.Summary())
}
