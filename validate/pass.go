package validate

import (
	"fmt"
	"sync"

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
	found    []diag.Diagnostic
	facts    *facts
}

// facts are what rules have found out, by key. Rules that ask for the same fact
// at the same time wait for one of them to find it.
type facts struct{ known sync.Map } // of *fact

type fact struct {
	once  sync.Once
	value any
}

// Fact is what find returns, computed once per Check for all rules that ask
// with the same key. A key is a value of a type of the asker's own. Rules run at
// the same time, so nobody may change what find has returned.
func Fact[T any](p *Pass, key any, find func() T) T {
	known, ok := p.facts.known.Load(key)
	if !ok {
		known, _ = p.facts.known.LoadOrStore(key, &fact{})
	}
	f := known.(*fact)
	f.once.Do(func() { f.value = find() })
	v, _ := f.value.(T)
	return v
}

// Settings are those of the file that an object is in.
func (p *Pass) Settings(o *ir.Object) *Settings { return p.settings(o.Doc.File) }

// ForWeft reports whether weft is to run what a file holds.
func (p *Pass) ForWeft(f *source.File) bool { return p.settings(f).Target == ForWeft }

// Report adds a finding; rule and severity are filled in. A finding without a
// place is dropped: it would be about text that does not exist.
func (p *Pass) Report(d diag.Diagnostic) {
	if d.Span.IsZero() {
		return
	}
	p.found = append(p.found, d)
}

// Reportf adds a finding with a message only.
func (p *Pass) Reportf(at source.Span, format string, args ...any) {
	p.Report(diag.Diagnostic{Span: at, Message: fmt.Sprintf(format, args...)})
}
