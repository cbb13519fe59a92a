package expr

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	exprlang "github.com/expr-lang/expr"
)

func TestParsePath(t *testing.T) {
	tests := map[string]string{
		"workflow.name":                 "workflow|name",
		"steps.a-b.outputs.result":      "steps|a-b|outputs|result",
		"steps['a.b'].outputs":          `steps|"a.b"|outputs`,
		`workflow.parameters["x y"]`:    `workflow|parameters|"x y"`,
		"a['b']['c'].d":                 `a|"b"|"c"|d`,
		"item.[0]":                      "item|[0]",
		"workflow.labels.app/x":         "workflow|labels|app/x",
		"":                              "",
		"a..b":                          "",
		".a":                            "",
		"a.":                            "",
		"a b":                           "",
		"a['b":                          "",
		"a['']":                         "",
		"a['b']c":                       "",
		"a[''.b]":                       "",
		"workflow.creationTimestamp.\n": "",
	}
	for key, want := range tests {
		path, ok := ParsePath(key)
		var names []string
		for _, s := range path {
			name := s.Name
			if s.Quoted {
				name = `"` + name + `"`
			}
			names = append(names, name)
			if key[s.Start:s.End] != s.Name {
				t.Errorf("ParsePath(%q): %q is not at %d", key, s.Name, s.Start)
			}
		}
		if got := strings.Join(names, "|"); got != want || ok != (want != "") {
			t.Errorf("ParsePath(%q) = %q, %v; want %q", key, got, ok, want)
		}
	}
}

func TestReferences(t *testing.T) {
	tests := []struct{ src, want string }{
		{`steps.a.outputs.result`, `steps.a.outputs.result`},
		{`inputs.parameters['a-b'] + inputs.parameters["c"]`, `inputs.parameters['a-b'], inputs.parameters["c"]`},
		{`tasks?.b.c ?? 'd'`, `tasks?.b.c?`},
		{`(a.b ?? c.d) + e`, `a.b?, c.d, e`},
		{`a?.b['c']?.d`, `a?.b['c']?.d?`},
		{`let x = a.b; x.y + c`, `a.b, c`},
		{`filter(items, .x == y.z)`, `items, y.z`},
		{`steps[item.k].outputs`, `item.k, steps*`},
		{`a.b[0].c`, `a.b*`},
		{`get(item, 'type')`, `item, 'type')?`},
		{`sprig.trim(a.b) + asInt(c)`, `a.b, c`},
		{`a.b.trim()`, `a.b`},
		{`$env.a.b + $env["c"]`, `a.b, c"]`},
		{`ü + "ß" + a.b`, `ü, a.b`},
		{`{"a": b, (c): d}`, `b, c, d`},
		{`x ? y : z | f()`, `x, y, z`},
		{`if a { b } else { c }`, `a, b, c`},
		{"`raw` + a[`b`]", "a[`b`]"},
	}
	for _, tt := range tests {
		e, fault := ParseExpr(tt.src)
		if fault != nil {
			t.Errorf("ParseExpr(%q): %v", tt.src, fault)
			continue
		}
		var got []string
		for _, r := range e.References() {
			s := tt.src[r.Start:r.End]
			if r.Optional {
				s += "?"
			}
			if r.Open {
				s += "*"
			}
			got = append(got, s)
		}
		if g := strings.Join(got, ", "); g != tt.want {
			t.Errorf("References(%q) = %s; want %s", tt.src, g, tt.want)
		}
	}
}

func TestParseExprWithTags(t *testing.T) {
	src := `{{retries}} > 3 && "{{workflow.name}}" == 'a' && {{a}}.b == lastRetry.exitCode && 'ü{{x}}' != name`
	e, fault := ParseExprWithTags(src)
	if fault != nil {
		t.Fatal(fault)
	}
	var got []string
	for _, r := range e.References() {
		got = append(got, src[r.Start:r.End])
	}
	if want := []string{"lastRetry.exitCode", "name"}; !slices.Equal(got, want) {
		t.Errorf("references %q; want %q", got, want)
	}
	if _, errs := e.Check(Env{Names: Fields{"lastRetry": {}, "name": {Kind: String}}}, Bool); len(errs) > 0 {
		t.Errorf("Check: %v", errs)
	}
	if _, err := e.Eval(nil); err == nil {
		t.Error("an expression with tags was evaluated")
	}
	if _, fault := ParseExprWithTags("a {{b"); fault == nil || fault.Start != 2 {
		t.Errorf("open tag: %v", fault)
	}
}

// tokenPattern is the reference's, for TestDependsTokens only.
var tokenPattern = regexp.MustCompile(`([a-zA-Z0-9][-a-zA-Z0-9]*?\.[A-Z][a-zA-Z]+)|([a-zA-Z0-9][-a-zA-Z0-9]*)`)

func patternTokens(text string) []Dep {
	var deps []Dep
	for _, m := range tokenPattern.FindAllStringIndex(text, -1) {
		task, result, _ := strings.Cut(text[m[0]:m[1]], ".")
		deps = append(deps, Dep{task, result, m[0], m[1]})
	}
	return deps
}

func TestDependsTokens(t *testing.T) {
	for _, text := range []string{
		"", "a", "a && b.Failed", "a-b.AnySucceeded||c", "q and r", "q_r", "q.", "q.s", "q.S", "q.Sx", "q.Failed-x",
		"q.Failed2", "-a-", "{{inputs.parameters.z}}", `q.status == "x"`, "a..Failed", "a.b.Failed", "é.Failed", "a.Fé",
	} {
		if got, want := DependsTokens(text), patternTokens(text); !slices.Equal(got, want) {
			t.Errorf("DependsTokens(%q) = %v; want %v", text, got, want)
		}
	}
}

func TestDependsEval(t *testing.T) {
	results := map[string]string{"a": "Succeeded", "b": "Failed", "c-d": "Skipped"}
	for text, want := range map[string]bool{
		"a": true, "b": false, "!b": true, "a && b": false, "a || b": true, "b.Failed": true, "c-d": true,
		"a && (b.Failed || c-d.Failed)": true, "!(a && c-d)": false, "b || a && c-d": true, "(b || a) && b": false,
		"a ? b : c-d": false, "b ? b : c-d": true, "a == b": false, "a != b": true, "!a == b": true,
		"b ? a : b ? b : a": true,
	} {
		d, errs := ParseDepends(text)
		if len(errs) > 0 {
			t.Errorf("ParseDepends(%q): %v", text, errs)
			continue
		}
		got := d.Eval(func(task, result string) bool { return holds([]string{results[task]}, result) })
		if got != want {
			t.Errorf("%q is %v; want %v", text, got, want)
		}
	}
}

func TestDependsTruth(t *testing.T) {
	long := make([]string, 40)
	for i := range long {
		long[i] = fmt.Sprintf("t%d && !t%d", i, i)
	}
	for text, want := range map[string]Truth{
		"a": Depending, "a.Succeeded && a.Failed": Never, "!a.Succeeded && a.Succeeded": Never, "a || !a": Always,
		"a.Succeeded || a.Failed || a.Errored || a.Skipped || a.Omitted || a.Daemoned": Always,
		"a && a.Omitted": Never, "a.Failed && a.AnySucceeded": Depending, "a.AllFailed && a.AnySucceeded": Never,
		"a.Succeeded && b.Failed && !a.Succeeded": Never, "a.Succeeded != a.Succeeded": Never,
		strings.Join(long, " || "): Undecided, "": Undecided,
	} {
		d, _ := ParseDepends(text)
		if got := d.Truth(); got != want {
			t.Errorf("Truth(%.40q) = %v; want %v", text, got, want)
		}
	}
}

// TestDependsKeywords checks the reserved names against expr-lang itself.
func TestDependsKeywords(t *testing.T) {
	words := append([]string{"len", "map", "all", "count", "filter", "now", "a"}, reservedTasks...)
	for _, word := range words {
		env := map[string]any{word: map[string]any{"Succeeded": true}, "other": map[string]any{"Succeeded": true}}
		program, err := exprlang.Compile(word+".Succeeded && other.Succeeded", exprlang.Env(env))
		if err == nil {
			_, err = exprlang.Run(program, env)
		}
		if reserved := slices.Contains(reservedTasks, word); (err != nil) != reserved {
			t.Errorf("%q: reserved is %v, expr-lang says %v", word, reserved, err)
		}
	}
}

func TestSchedule(t *testing.T) {
	from := time.Date(2026, 1, 31, 23, 59, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"CRON_TZ=UTC 0 3 * * *":           "2026-02-01 03:00",
		"CRON_TZ=UTC 0 0 29 2 *":          "2028-02-29 00:00",
		"TZ=Europe/Berlin 0 3 * 7 *":      "2026-07-01 01:00",
		"CRON_TZ=UTC 0 0 30 2 *":          "never",
		"CRON_TZ=UTC * * 31 2,4,6,9,11 ?": "never",
		"CRON_TZ=UTC 0 0 30 2 mon":        "2026-02-02 00:00",
		"CRON_TZ=UTC , * * * *":           "never",
		"CRON_TZ=UTC * * , * *":           "never",
		"CRON_TZ=UTC * * * , *":           "never",
		"CRON_TZ=UTC * * * * ,":           "never",
		"@every 1h":                       "2026-02-01 00:59",
	} {
		s, fault := ParseSchedule(text)
		if fault != nil {
			t.Errorf("ParseSchedule(%q): %v", text, fault)
			continue
		}
		next := s.Next(from)
		got := next.UTC().Format("2006-01-02 15:04")
		if next.IsZero() {
			got = "never"
		}
		if got != want || s.Never() != (want == "never") {
			t.Errorf("%q fires at %s (never: %v); want %s", text, got, s.Never(), want)
		}
	}
	s, _ := ParseSchedule("CRON_TZ=Europe/Berlin @every -5s")
	if s == nil || !s.IsEvery || s.Every != -5*time.Second || s.Zone != "Europe/Berlin" || s.ZoneEnd != 21 {
		t.Errorf("got %+v", s)
	}
}

func TestDurations(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"30": 30 * time.Second, "-1": -time.Second, "+5": 5 * time.Second, "1h30m": 90 * time.Minute, "1.5s": 1500 * time.Millisecond, "0": 0,
	} {
		if got, fault := ParseDuration(text); fault != nil || got != want {
			t.Errorf("ParseDuration(%q) = %v, %v; want %v", text, got, fault, want)
		}
	}
	if _, fault := ParseGoDuration("30"); fault == nil {
		t.Error("ParseGoDuration took a bare number")
	}
}

// TestDepth feeds text that would exhaust the stack of a careless parser.
func TestDepth(t *testing.T) {
	const n = 1 << 16
	for _, text := range []string{
		strings.Repeat("(", n), strings.Repeat("!", n) + "a", strings.Repeat("! ", n) + "a", strings.Repeat("a ? ", n),
		strings.Repeat("(", 5000) + "a" + strings.Repeat(")", 5000), strings.Repeat("[", 15000), strings.Repeat("a && ", n) + "a",
		strings.Repeat("not ", n), strings.Repeat("- ", 30000) + "1", strings.Repeat("a.", 30000), strings.Repeat("{{", n),
	} {
		e, fault := ParseExpr(text)
		if fault != nil {
			inside(t, text, []Error{*fault})
		} else {
			e.Check(Env{}, Bool)
		}
		_, errs := ParseWhen(text)
		inside(t, text, errs)
		_, errs = ParseDepends(text)
		inside(t, text, errs)
	}
}

func TestNearest(t *testing.T) {
	names := []string{"parameters", "name", "status", "image-tag", "len", "generate"}
	for name, want := range map[string]string{
		"paramters": "parameters", "nmae": "name", "imageTag": "image-tag", "Status": "status", "generte": "generate",
		"zzz": "", "": "", "completely-else": "", "name": "",
	} {
		got, ok := Nearest(name, names)
		if got != want || ok != (want != "") {
			t.Errorf("Nearest(%q) = %q, %v; want %q", name, got, ok, want)
		}
	}
}
