package expr_test

import (
	"regexp"
	"testing"
	"time"

	"github.com/weft-lang/weft/lang/expr"
)

func TestMoment(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 30, 0, 0, time.UTC)
	eval := func(src string, seed uint64) any {
		t.Helper()
		e, fault := expr.ParseExpr(src)
		if fault != nil {
			t.Fatalf("%s: %v", src, fault)
		}
		v, err := e.Eval(e.WithHelpersAt(map[string]any{"at": "2020-02-03T04:05:06Z"}, expr.Moment{Now: now, Seed: seed}))
		if err != nil {
			t.Fatalf("%s: %v", src, err)
		}
		return v
	}
	for src, want := range map[string]string{
		"sprig.uuidv4()":                            `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`,
		"sprig.randAlphaNum(12)":                    `^[A-Za-z0-9]{12}$`,
		"sprig.randNumeric(6)":                      `^[0-9]{6}$`,
		"sprig.shuffle('abcdefghijklmnop')":         `^[a-p]{16}$`,
		"string(sprig.randInt(10, 20000))":          `^[0-9]+$`,
		"sprig.date('2006-01-02', at)":              `^2020-02-03$`,
		"sprig.date('2006-01-02', sprig.now())":     `^2026-03-01$`,
		"sprig.dateInZone('15:04', at, 'UTC')":      `^04:05$`,
		"string(now().Year()) + sprig.htmlDate(at)": `^20262020-02-03$`,
		"sprig.ago(sprig.now()) + sprig.upper('x')": `^0sX$`,
		"sprig.date('2006', 'not a time')":          `^2026$`,
	} {
		a, b := eval(src, 1), eval(src, 1)
		text, _ := a.(string)
		if a != b {
			t.Errorf("%s is %v and then %v at the same moment", src, a, b)
		}
		if !regexp.MustCompile(want).MatchString(text) {
			t.Errorf("%s is %v, want %s", src, a, want)
		}
	}
	for _, src := range []string{"sprig.uuidv4()", "sprig.randAlphaNum(12)", "sprig.shuffle('abcdefghijklmnop')"} {
		if eval(src, 1) == eval(src, 2) {
			t.Errorf("%s is the same at two moments", src)
		}
	}
}
