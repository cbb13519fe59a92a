package weft_test

import (
	"testing"

	"github.com/weft-lang/weft/lang/weft"
)

func TestRecognize(t *testing.T) {
	for text, want := range map[string]bool{
		"workflow a\n": true,
		"\n# a comment: with a colon\n  cronWorkflow \"a b\" # nightly\n": true,
		"workflowTemplate a-\ncontainer x {}\n":                           true,
		"import \"lib.weft\" as lib\nworkflow a\n":                        true,
		"import workflowTemplate shared as lib\n":                         true,
		"manifest {\n":    true,
		"":                false,
		"# workflow a":    false,
		"workflow: a\n":   false,
		"workflow a: b\n": false,
		"workflow : a\n":  false,
		"workflow\n":      false,
		"apiVersion: argoproj.io/v1alpha1\nkind: Workflow\n": false,
		"---\nworkflow a\n":        false,
		"{\"kind\": \"Workflow\"}": false,
	} {
		if got := weft.Recognize(text); got != want {
			t.Errorf("Recognize(%q) = %v", text, got)
		}
	}
}
