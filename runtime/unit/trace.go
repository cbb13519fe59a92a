package unit

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/sim"
)

// trace is a run as text: a line for each node in the order in which they came
// to be, with the seconds between which it lived.
func trace(e *engine.Engine) string {
	var b strings.Builder
	for id := range engine.NodeID(e.Len()) {
		v := e.View(id)
		fmt.Fprintf(&b, "%7.1f %7.1f  %s  %s %s", v.Started.Sub(sim.Epoch).Seconds(), v.Finished.Sub(sim.Epoch).Seconds(), v.Path, v.Type, v.Phase)
		if v.Message != "" {
			fmt.Fprintf(&b, "  %q", v.Message)
		}
		b.WriteByte('\n')
		for _, in := range v.Inputs {
			fmt.Fprintf(&b, "%18s%s = %q\n", "", in.Name, in.Value)
		}
		if v.Outputs == nil {
			continue
		}
		if v.Outputs.Result != nil {
			fmt.Fprintf(&b, "%18sresult: %q\n", "", *v.Outputs.Result)
		}
		for _, out := range v.Outputs.Parameters {
			fmt.Fprintf(&b, "%18s%s: %q\n", "", out.Name, out.Value)
		}
	}
	run := e.Run()
	fmt.Fprintf(&b, "%s after %s", run.Phase, run.Finished.Sub(run.Started))
	if run.Message != "" {
		fmt.Fprintf(&b, "  %q", run.Message)
	}
	b.WriteByte('\n')
	return b.String()
}

// golden compares the trace with the one that is stored.
func (t *Test) golden(f *File, opts Options, result *Result) error {
	at := t.expected.trace
	if at == nil {
		return nil
	}
	name := at.Text()
	if i := strings.LastIndexByte(f.Source.Name, '/'); i >= 0 {
		name = f.Source.Name[:i+1] + name
	}
	stored, err := opts.Trace(name)
	if err != nil {
		return err
	}
	now := []byte(result.Trace)
	if bytes.Equal(stored, now) {
		return nil
	}
	if opts.Write != nil {
		return opts.Write(name, now)
	}
	d := diag.Diagnostic{Rule: RuleTestFailed, Severity: diag.Error, Span: at.Place(), Message: "the trace differs", Help: firstDifference(string(stored), result.Trace)}
	if stored == nil {
		d.Message, d.Help = "there is no such trace yet", "weft test --update writes it"
	}
	result.Findings.Add(d)
	return nil
}

// firstDifference shows the first lines that differ.
func firstDifference(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(a), len(b)) {
		line := func(lines []string) string {
			if i < len(lines) {
				return strings.Join(strings.Fields(lines[i]), " ")
			}
			return ""
		}
		if line(a) != line(b) {
			return fmt.Sprintf("line %d was %s, is %s; if that is meant, weft test --update", i+1, quote(line(a)), quote(line(b)))
		}
	}
	return "only blanks differ; if that is meant, weft test --update"
}
