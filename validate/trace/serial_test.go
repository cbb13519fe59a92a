package trace_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weft-lang/weft/compiler"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/yaml"
	"github.com/weft-lang/weft/validate/trace"
)

// TestUnclosed reads what the reference makes of braces that a text opens and
// does not close.
func TestUnclosed(t *testing.T) {
	faults := map[trace.UnclosedFault]string{
		trace.NoEnd: "no end", trace.BrokenExpression: "broken expression", trace.BrokenName: "broken name",
	}
	const leaf = `{entrypoint: m, templates: [{name: m, %s}]}`
	const steps = `{entrypoint: m, templates: [{name: m, steps: [[{name: s, template: b, %s}]]}, {name: b, container: {image: b}}]}`
	for _, c := range []struct{ name, spec, want string }{
		{"the end of the container closes it, the name is free", fmt.Sprintf(leaf, `container: {image: b, args: ["{{foo"]}`), ""},
		{"the end of the container closes it, the name is ours", fmt.Sprintf(leaf, `container: {image: b, args: ["x {{workflow.name }y"]}`), "broken name {{workflow.name }"},
		{"a later tag closes it", fmt.Sprintf(leaf, `container: {image: b, args: ["{{foo", "{{pod.nope}}"]}`), ""},
		{"an expression", fmt.Sprintf(leaf, `container: {image: b, command: ["{{=foo"], args: [a]}`), "broken expression {{=foo"},
		{"nothing closes it in a step", fmt.Sprintf(steps, `when: "{{foo"`), "no end {{foo"},
		{"nothing closes it in outputs", fmt.Sprintf(leaf, `container: {image: b}, outputs: {parameters: [{name: z, value: "{{foo"}]}`), "no end {{foo"},
		{"nothing closes it in a templateRef", fmt.Sprintf(steps, `arguments: {parameters: [{name: a, value: "{{foo}}"}]}, templateRef: {name: w, template: "{{item}"}`), "no end {{item}"},
		{"another tag in it is filled", fmt.Sprintf(leaf, `container: {image: b, args: ["{{workflow.name} {{workflow.uid}}"]}`), "broken name {{workflow.name}"},
		{"nested and balanced", fmt.Sprintf(leaf, `container: {image: b, args: ["{{foo.{{workflow.uid}}}}"]}`), ""},
		{"it comes in with an argument", `{entrypoint: m, arguments: {parameters: [{name: a, value: "{{pod.nope"}]},
			templates: [{name: m, container: {image: b, args: ["<{{workflow.parameters.a}}>"]}}]}`, "broken name {{workflow.parameters.a}}"},
		{"in an inline template", fmt.Sprintf(steps, `inline: {container: {image: b, args: ["{{pod.name"]}}`), "broken name {{pod.name"},
		{"in the target of a dag", fmt.Sprintf(leaf, `dag: {target: "{{foo", tasks: [{name: q, inline: {suspend: {}}}]}`), "no end {{foo"},
		{"between null entries", `{templates: [null, {name: m, suspend: null, steps: [null, [null, {when: "{{"}]]}]}`, "no end {{"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, u := range follow(t, c.spec, trace.Options{Exact: true}).Unclosed {
				got = append(got, faults[u.Fault]+" "+u.Span.Text())
			}
			if s := strings.Join(got, ", "); s != c.want {
				t.Errorf("got %q, want %q", s, c.want)
			}
		})
	}
}

func TestUnsafe(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{
		{"a line break", `"a\nb\tc"`, ""},
		{"a printable character far out", `"\U0001F600é"`, ""},
		{"a bell", `"\a"`, "{{inputs.parameters.x}}"},
		{"an unprintable character far out", `"\U000E0001"`, "{{inputs.parameters.x}}"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ""
			for _, u := range follow(t, `{entrypoint: m, templates: [{name: m, steps: [[{name: s, template: p,
				arguments: {parameters: [{name: x, value: `+c.value+`}, {name: unused, value: "\a"}]}}]]},
				{name: p, inputs: {parameters: [{name: x}, {name: unused}]}, container: {image: b, args: ["-{{inputs.parameters.x}}-"]}}]}`, trace.Options{}).Unsafe {
				got += u.Span.Text()
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func follow(t *testing.T, spec string, opts trace.Options) *trace.Trace {
	t.Helper()
	docs, found := yaml.Parse(source.NewFile("f.yaml", "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {generateName: a-}\nspec: "+spec+"\n"))
	if found.Len() > 0 {
		t.Fatal(found.Sorted())
	}
	return trace.Follow(compiler.Bind(docs), opts, nil)
}
