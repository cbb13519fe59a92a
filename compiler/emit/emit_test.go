package emit_test

import (
	"strings"
	"testing"
	"text/template"

	"github.com/weft-lang/weft/compiler/emit"
)

// rendered is what Helm's template engine makes of a text.
func rendered(t *testing.T, text string) string {
	t.Helper()
	tmpl, err := template.New("").Parse(text)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	var b strings.Builder
	if err := tmpl.Execute(&b, nil); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return b.String()
}

func FuzzHelmSafe(f *testing.F) {
	for _, s := range []string{
		"image: {{inputs.parameters.image}}", "{{", "}}", "{{{{", "{{{a}}}", "a {{`b`}} c", "{{a\nb}}", "{{a\rb}}", "{{- x -}}", "{{/* c */}}",
		"{{=sprig.trim('x')}} {{x}}", "`{{`", "{{a}}{{b}}", "{ {{x}} }",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got := rendered(t, emit.HelmSafe(text)); got != text {
			t.Errorf("%q comes back as %q", text, got)
		}
	})
}

func TestHelmSafe(t *testing.T) {
	const want = "value: '{{`{{inputs.parameters.x}}`}}'\n"
	if got := emit.HelmSafe("value: '{{inputs.parameters.x}}'\n"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
