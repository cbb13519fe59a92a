package validate

import (
	"fmt"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/validate/trace"
)

// A Pass is one rule at work on one project.
type Pass struct {
	Project *ir.Project
	Trace   *trace.Trace
	// Exact is on in profile argo: the reference's verdict counts, sensible or not.
	Exact    bool
	Checkers Checkers

	settings func(*source.File) *Settings
	add      func(diag.Diagnostic)
	facts    map[any]any
}

// Fact is what find returns, computed once per Check for all rules that ask
// with the same key. A key is a value of a type of the asker's own.
func Fact[T any](p *Pass, key any, find func() T) T {
	if v, ok := p.facts[key].(T); ok {
		return v
	}
	v := find()
	p.facts[key] = v
	return v
}

// Settings are those of the file that an object is in.
func (p *Pass) Settings(o *ir.Object) *Settings { return p.settings(o.Doc.File) }

// Report adds a finding; rule and severity are filled in. A finding without a
// place is dropped: it would be about text that does not exist.
func (p *Pass) Report(d diag.Diagnostic) {
	if d.Span.IsZero() {
		return
	}
	p.add(d)
}

// Reportf adds a finding with a message only.
func (p *Pass) Reportf(at source.Span, format string, args ...any) {
	p.Report(diag.Diagnostic{Span: at, Message: fmt.Sprintf(format, args...)})
}
