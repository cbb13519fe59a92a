package pods_test

import (
	"slices"
	"testing"

	"github.com/weft-lang/weft/compiler/emit/pods"
)

// TestIdle shows templates that no run comes to when asked for them, and those
// that one comes to but once.
func TestIdle(t *testing.T) {
	const text = `
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: tools}
spec:
  entrypoint: main
  templates:
  - name: main
    steps: [[{name: a, template: used}]]
  - name: used
    container: {image: "busybox:1", command: [a]}
  - name: unused
    inputs: {parameters: [{name: what}]}
    container: {image: "busybox:1", command: [b, "{{inputs.parameters.what}}"]}
  - name: waits
    suspend: {}
`
	checked, findings := check("in.yaml", text)
	if checked == nil {
		t.Fatalf("the input has errors: %v", findings)
	}
	for _, tt := range []struct {
		idle bool
		want []string
	}{
		{false, []string{`template "used"`}},
		{true, []string{`template "used"`, `template "unused"`}},
	} {
		all, faults := pods.Render(checked, "", pods.Options{StandIns: true, Idle: tt.idle})
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		var got []string
		for _, m := range all {
			if len(m.Objects) > 0 {
				got = append(got, m.Template)
			}
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("idle %v: Pods of %q, want %q", tt.idle, got, tt.want)
		}
	}
}
