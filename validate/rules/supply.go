package rules

import (
	"fmt"
	"slices"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

// notSupplied completes a finding about an input that the user of a template
// does not pass: perhaps the caller only calls it something else.
func notSupplied(u *trace.Use, input named, d diag.Diagnostic) diag.Diagnostic {
	if u.Role != trace.AsCallee || u.Call == nil {
		return d
	}
	declared := namedIn(u.Template.Inputs, input.kind)
	for _, passed := range namedIn(u.Call.Arguments, input.kind) {
		name := passed.name.Text()
		if slices.ContainsFunc(declared, func(n named) bool { return n.name.Text() == name }) {
			continue
		}
		if _, near := diag.Nearest(name, slices.Values([]string{input.name.Text()})); !near {
			continue
		}
		d.Help = fmt.Sprintf("it is passed as %q; did you mean %q?", name, input.name.Text())
		d.Span = passed.name.Place()
		if passed.name.Alias.IsZero() {
			d.Fixes = []diag.Fix{{
				Title: fmt.Sprintf("rename the argument to %q", input.name.Text()),
				Edits: []diag.Edit{{Span: passed.name.Span, New: input.name.Text()}},
			}}
		}
		break
	}
	return d
}

type slipKey struct{}

// isSlip reports whether name, that of an argument, is a slip of an input that
// every caller must pass, so that the finding about the input is placed there.
func isSlip(p *validate.Pass, name *tree.Node) bool {
	return validate.Fact(p, slipKey{}, func() map[source.Span]bool {
		slips := map[source.Span]bool{}
		for _, u := range p.Trace.Uses {
			parameters, artifacts := u.Missing()
			for _, in := range parameters {
				slips[notSupplied(u, named{parameter, in.Node, in.Name}, diag.Diagnostic{}).Span] = true
			}
			for _, in := range artifacts {
				slips[notSupplied(u, named{artifact, in.Node, in.Name}, diag.Diagnostic{}).Span] = true
			}
		}
		return slips
	})[name.Place()]
}

// namedIn are the parameters or artifacts of a list, by kind.
func namedIn(io ir.IO, kind string) []named {
	var out []named
	switch kind {
	case parameter:
		for _, p := range io.Parameters {
			out = append(out, named{kind, p.Node, p.Name})
		}
	case artifact:
		for _, a := range io.Artifacts {
			out = append(out, named{kind, a.Node, a.Name})
		}
	}
	return out
}
