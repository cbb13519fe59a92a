package rules_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/langtest"
	"github.com/weft-lang/weft/validate"
)

// demands is how many numbered demands there are: what users of workflow
// linters and engines have reported as wrong, and want right.
const demands = 27

// shownElsewhere names the test that shows a demand which is no matter of one
// document: a function in a file, or a whole golden file.
var shownElsewhere = map[int]struct{ file, test string }{
	12: {"demands_test.go", "TestLongArgument"},
	16: {"../schema/testdata/templates_in_typed_fields.txtar", ""}, // {{...}} in quantities
	19: {"../../compiler/pod/fuzz_test.go", "TestOddValues"},       // values are data: nothing in them becomes structure
	20: {"../../compiler/eval/tree_test.go", "TestTree"},           // quotes and line breaks arrive as they are
	21: {"../../compiler/eval/items_test.go", "TestWithItem"},      // each item of a loop over an inline template gets its own
	22: {"../../runtime/engine/runs_test.go", "TestRuns"},          // retries
	23: {"../../lang/expr/parse_test.go", "TestDependsEval"},       // depends
	24: {"../../testdata/cli/exit_codes.txtar", ""},                // broken YAML is no success
	25: {"../../cmd/internal/bench/bench_test.go", "BenchmarkLint"},
	26: {"demands_test.go", "TestWideDAG"},
	27: {"../../compiler/pod/pod_test.go", "TestNames"}, // no two nodes share a name
}

// TestDemands holds what has to be found, and what must not be found fault with.
func TestDemands(t *testing.T) {
	langtest.Run(t, "../../testdata/rules/demands/*.txtar", func(t *testing.T, in map[string]string) map[string]string {
		return map[string]string{"findings": itemFindings(t, in)}
	})
}

// TestDemandsAreComplete checks that every demand has a document here or a test
// elsewhere, and that the test exists.
func TestDemandsAreComplete(t *testing.T) {
	shown := itemsIn(t, "../../testdata/rules/demands/*.txtar")
	for n := 1; n <= demands; n++ {
		e, elsewhere := shownElsewhere[n]
		if elsewhere == (shown[n] > 0) {
			t.Errorf("demand %d: want documents or a test elsewhere, not both", n)
		}
		if !elsewhere {
			continue
		}
		text, err := os.ReadFile(e.file)
		if err != nil {
			t.Errorf("demand %d: %v", n, err)
		} else if e.test != "" && !strings.Contains(string(text), "\nfunc "+e.test+"(") {
			t.Errorf("demand %d: there is no %s in %s", n, e.test, e.file)
		}
	}
}

func TestLongArgument(t *testing.T) {
	const document = `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: long-}
spec:
  entrypoint: main
  templates:
  - {name: main, container: {image: "alpine:3.23", command: [echo, %q]}}
`
	for length, want := range map[int]string{131_100: "argument-too-long", 131_000: ""} {
		var got []string
		for _, d := range check(t, fmt.Sprintf(document, strings.Repeat("x", length)), validate.Recommended) {
			got = append(got, d.Rule)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("an argument of %d bytes: %v, want %q", length, got, want)
		}
	}
}

// TestWideDAG lints layers of tasks that each wait for all of the layer above.
// The paths through them are too many to walk.
func TestWideDAG(t *testing.T) {
	var b strings.Builder
	b.WriteString(`
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: wide-}
spec:
  entrypoint: main
  templates:
  - {name: leaf, container: {image: "alpine:3.23", command: [date]}}
  - name: main
    dag:
      tasks:
`)
	const layers, width = 10, 10
	for layer := range layers {
		for i := range width {
			var above []string
			for j := range width {
				above = append(above, fmt.Sprintf("t%d-%d", layer-1, j))
			}
			depends := ""
			if layer > 0 {
				depends = ", depends: " + strings.Join(above, " && ")
			}
			fmt.Fprintf(&b, "      - {name: t%d-%d, template: leaf%s}\n", layer, i, depends)
		}
	}
	if found := check(t, b.String(), validate.Recommended); len(found) > 0 {
		t.Errorf("findings: %s", lines([]diag.Diagnostic{found[0]}))
	}
}
