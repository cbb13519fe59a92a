package resource

import (
	"strings"
	"testing"
)

func parse(t *testing.T, text string) object {
	t.Helper()
	v, err := decode([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return v.(map[string]any)
}

func TestConditions(t *testing.T) {
	const status = `{"status": {"phase": "Running", "ready": 3, "big": 9007199254740993, "ratio": 1.5, "none": null, "on": true,
		"conditions": [{"type": "Ready", "status": "True"}], "labels": {"a/b": "c"}}}`
	o := parse(t, status)
	for text, want := range map[string]bool{
		"status.phase == Running":                  true,
		"status.phase=Running":                     true,
		"status.phase == Succeeded":                false,
		"status.phase != Succeeded":                true,
		"status.missing != x":                      true,
		"status.missing == x":                      false,
		"status.phase in (Failed, Running)":        true,
		"status.phase notin (Failed,Running)":      false,
		"status.missing notin (Failed)":            true,
		"status.ready > 2":                         true,
		"status.ready > 3":                         false,
		"status.ready < 4,status.phase == Running": true,
		"status.ready < 4,status.phase == Failed":  false,
		"status.big == 9007199254740993":           true,
		"status.big > 9007199254740992":            true,
		"status.ratio == 1.5":                      true,
		"status.ratio > 1":                         false, // only whole numbers are compared
		"status.phase > 1":                         false,
		"status.phase":                             true,
		"!status.phase":                            false,
		"!status.missing":                          true,
		"status.none":                              true,
		"status.none ==":                           true,
		"status.on == true":                        true,
		"status.conditions.0.status == True":       true,
		"status.conditions.1.status == True":       false,
		"status.labels.a/b in (c,)":                true,
		"status.phase.deeper":                      false,
		"status.conditions.type":                   false,
		"status.missing in (,)":                    false,
		` status.phase	==	Running , status.ready `: true,
	} {
		c, err := parseCondition(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if got := c.all(o); got != want {
			t.Errorf("%q is %v of %s", text, got, status)
		}
	}
}

func TestFaultyConditions(t *testing.T) {
	for text, want := range map[string]string{
		"status.phase === Running":         `cannot be read: a comma is missing before "="`,
		"status.phase Running":             `"Running" is no comparison`,
		"== x":                             `a path is wanted instead of "=="`,
		"a,":                               `a path is wanted instead of "the end"`,
		"a in b":                           `"(" is wanted instead of "b"`,
		"a in (b":                          `"," or ")" is wanted instead of ""`,
		"a in (b c)":                       `"," or ")" is wanted instead of "c"`,
		"a > b":                            `"b" is not a whole number`,
		`status.phase == "Done"`:           `the value "Done" stands in quotes: leave them out`,
		`status.phase in ('Done')`:         `the value 'Done' stands in quotes`,
		"status.conditions[0].type == A":   `"status.conditions[0].type" is no path`,
		"{.status.phase} == Done":          `"{.status.phase}" is no path`,
		`!metadata.labels.a\.b`:            "is no path",
		"a <":                              `a whole number is wanted instead of "the end"`,
		`x.#(type=="Ready").status == "T"`: "write path == value",
	} {
		if _, err := parseCondition(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	if c, err := parseCondition("  "); c != nil || err != nil {
		t.Errorf("%v %v", c, err)
	}
}

func TestConditionsAsText(t *testing.T) {
	const text = "a == b, c in (d, e), f != g, h notin (i, j), k, !l, m > 1, n < 2"
	c, err := parseCondition(text)
	if err != nil || c.String() != text {
		t.Errorf("%v %v", c, err)
	}
	if got := c[:2].values(object{"a": "x"}); got != `a is "x", c is not there` {
		t.Error(got)
	}
}

// FuzzCondition holds that what is read prints as what reads the same again.
func FuzzCondition(f *testing.F) {
	for _, seed := range []string{"a == b", "a in (b, c),!d", "e > 1, f notin (g)", "h", "i ==, j", "k in (,)", "in in (in)"} {
		f.Add(seed)
	}
	o := object{"a": "b", "in": "in"}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseCondition(text)
		if err != nil {
			return
		}
		again, err := parseCondition(c.String())
		if err != nil || again.String() != c.String() || again.all(o) != c.all(o) {
			t.Errorf("%q prints as %q, which reads as %v, %v", text, c, again, err)
		}
	})
}
