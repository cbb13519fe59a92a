package unit

import "testing"

func TestPlaces(t *testing.T) {
	for _, c := range []struct {
		path, step string
		attempt    int
	}{
		{"wf", "", 0},
		{"wf[0].print", "print", 0},
		{"wf[0].print(1:b)(2)", "print(1:b)", 2},
		{"wf.A(0)", "A", 0},
		{"wf.A(3)[1].b(0:a.b[0])(1)", "A.b(0:a.b[0])", 1},
		{"wf.onExit[0].cheer", "onExit.cheer", 0},
		{"wf[1].a.hooks.done", "a.hooks.done", 0},
		{"wf(1)", "", 1},
		{"wf[0].a(0:1.5)(10)", "a(0:1.5)", 10},
	} {
		at := parsePath(c.path, "wf")
		if at.String() != c.step || at.attempt != c.attempt {
			t.Errorf("%s: step %q, attempt %d", c.path, at, at.attempt)
		}
	}
}

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		path, step string
		want       bool
	}{
		{"wf[0].a(1:b)", "a", true},
		{"wf[0].a(1:b)", "a(1:b)", true},
		{"wf[0].a(1:b)", "a(0:b)", false},
		{"wf[0].a[0].b(0:x)", "a.b", true},
		{"wf[0].a[0].b(0:x)", "b", false},
		{"wf[0].a(0:y)[0].b", "a.b", true},
	} {
		if got := parsePath(c.path, "wf").matches(c.step); got != c.want {
			t.Errorf("%s matches %q: %v", c.path, c.step, got)
		}
	}
	if at := parsePath("wf[0].a(1:b:c)[0].d(0)", "wf"); !at.hasItem("b:c") || at.hasItem("b") || at.hasItem("") {
		t.Errorf("items of %v", at)
	}
}
