package eval_test

import (
	"testing"

	"github.com/weft-lang/weft/compiler/eval"
	"github.com/weft-lang/weft/lang/yaml"
)

func TestTree(t *testing.T) {
	root := parse(t, `{a: "{{x}}", "k-{{x}}": [1, "{{y}} {{x}}", {b: "{{=x + '!'}}"}], plain: {c: "{{ .Go }}"}}`).Root
	before := string(yaml.JSON(root))
	filled, open := eval.Tree(root, eval.Names{"x": `v", "z": {`})
	const want = `{"a":"v\", \"z\": {","k-v\", \"z\": {":[1,"{{y}} v\", \"z\": {",{"b":"v\", \"z\": {!"}],"plain":{"c":"{{ .Go }}"}}`
	if got := string(yaml.JSON(filled)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if after := string(yaml.JSON(root)); after != before {
		t.Errorf("the tree was changed to %s", after)
	}
	if filled.Get("plain") != root.Get("plain") {
		t.Error("a subtree without a value is not shared")
	}
	if filled.Get("a").Span != root.Get("a").Span {
		t.Error("the span is lost")
	}
	var keys []string
	for _, o := range open {
		keys = append(keys, o.Tag.Key)
	}
	if len(keys) != 2 || keys[0] != "y" || keys[1] != ".Go" {
		t.Errorf("open tags are %q", keys)
	}
}

func TestTreeNil(t *testing.T) {
	if n, open := eval.Tree(nil, eval.Names{}); n != nil || open != nil {
		t.Errorf("got %v and %v", n, open)
	}
}
