package sim_test

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/compiler/load"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/diag/render"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/sim"
	"github.com/weft-lang/weft/validate/lint"
)

// check reads a workflow.
func check(t testing.TB, text string) *ir.Checked {
	t.Helper()
	r := lint.Run(fstest.MapFS{}, []string{load.Stdin}, lint.Options{
		NoConfig: true, Load: load.Options{Stdin: strings.NewReader(text), StdinName: "wf.yaml"},
	})
	if r.Checked == nil {
		report := render.Report{Files: []string{"wf.yaml"}}
		for _, d := range r.Findings.Sorted() {
			if d.Severity == diag.Error {
				report.Diagnostics = append(report.Diagnostics, d)
			}
		}
		if err := render.Concise(os.Stderr, report, render.Options{}); err != nil {
			t.Error(err)
		}
		t.Fatalf("the workflow is not valid:\n%s", text)
	}
	return r.Checked
}

func config(checked *ir.Checked) engine.Config {
	return engine.Config{Object: checked.Project().Objects[0], Name: "wf", Namespace: "default", UID: "0-1-2", Created: sim.Epoch}
}
