package expr

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	exprlang "github.com/expr-lang/expr"
	"github.com/robfig/cron/v3"
)

func FuzzTags(f *testing.F) {
	for _, s := range []string{"", "{{a}}", "{{=a}} {{ b }}", "{{a.{{b}}.c}}", "{{{a}}}", "{{a", "}}{{", "{{}}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tags, open := Tags(text)
		at := 0
		for _, tag := range tags {
			if tag.Start < at || tag.End > len(text) || text[tag.Start:tag.Start+2] != "{{" || text[tag.End-2:tag.End] != "}}" {
				t.Fatalf("tag %+v of %q is out of place", tag, text)
			}
			if text[tag.Start+2:tag.End-2] != tag.Body || strings.Contains(tag.Body, "}}") {
				t.Fatalf("tag %+v of %q has another body", tag, text)
			}
			if path, ok := ParsePath(tag.Key); ok {
				for _, s := range path {
					if tag.Key[s.Start:s.End] != s.Name {
						t.Fatalf("path %+v of %q is out of place", path, tag.Key)
					}
				}
			}
			at = tag.End
		}
		if open >= 0 && (open < at || !strings.HasPrefix(text[open:], "{{")) {
			t.Fatalf("open tag at %d of %q", open, text)
		}
	})
}

// inside fails when a fault lies outside of text.
func inside(t *testing.T, text string, errs []Error) {
	t.Helper()
	for _, e := range errs {
		if e.Start < 0 || e.End > len(text) || e.Start > e.End || e.Start == e.End && e.Start != len(text) {
			t.Fatalf("%q: %q is at %d-%d", text, e.Message, e.Start, e.End)
		}
		if e.Kind == 0 || e.Message == "" {
			t.Fatalf("%q: incomplete fault %+v", text, e)
		}
	}
}

func FuzzParseExpr(f *testing.F) {
	for _, s := range goldenInputs("expression") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, fault := ParseExpr(text)
		_, err := exprlang.Compile(text, exprlang.AllowUndefinedVariables())
		if fault != nil {
			inside(t, text, []Error{*fault})
			if err == nil && !strings.Contains(fault.Message, "too long") {
				t.Fatalf("%q is refused: %s", text, fault.Message)
			}
			return
		}
		_, errs := e.Check(scope, Bool)
		inside(t, text, errs)
		for _, r := range e.References() {
			if r.Start < 0 || r.Start >= r.End || r.End > len(text) {
				t.Fatalf("%q: reference %v is at %d-%d", text, r.Path, r.Start, r.End)
			}
		}
		if tree, parsed := parse(text); parsed != nil {
			t.Fatalf("%q parses once: %v", text, tree)
		}
		Fold(text, variables)
	})
}

func FuzzParseWhen(f *testing.F) {
	for _, s := range goldenInputs("when") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		w, errs := ParseWhen(text)
		inside(t, text, errs)
		Walk(w.Root, func(n Node) {
			if start, end := n.Span(); start < 0 || start > end || end > len(text) {
				t.Fatalf("%q: %#v is at %d-%d", text, n, start, end)
			}
		})
		if tags, open := Tags(text); len(tags) > 0 || open >= 0 || !utf8.ValidString(text) {
			return // govaluate loses count in invalid UTF-8, which no scalar holds
		}
		_, err := EvalWhen(text)
		certain, sloppy := 0, 0
		for _, e := range errs {
			if e.Kind != NeverEqual {
				certain++
			}
			if e.Kind == Unread || e.Kind == Syntax {
				sloppy++
			}
		}
		if certain == 0 && err != nil && !circumstantial(err) && !strings.Contains(text, "?") {
			t.Fatalf("%q is accepted, and fails: %v", text, err)
		}
		if certain > 0 && err == nil && sloppy == 0 && !strings.ContainsAny(text, "&|?:") {
			t.Fatalf("%q is refused (%v), and evaluates", text, errs)
		}
	})
}

// circumstantial are failures that depend on a value: a pattern computed at
// run time, a ternary without an alternative.
func circumstantial(err error) bool {
	return strings.Contains(err.Error(), "regexp") || strings.Contains(err.Error(), "nil") || strings.Contains(err.Error(), "malformed")
}

func FuzzParseDepends(f *testing.F) {
	for _, s := range goldenInputs("depends") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, errs := ParseDepends(text)
		inside(t, text, errs)
		for _, dep := range d.Deps() {
			if want := dep.Task; !strings.HasPrefix(text[dep.Start:dep.End], want) {
				t.Fatalf("%q: %+v is out of place", text, dep)
			}
		}
		tokens := DependsTokens(text)
		if want := patternTokens(text); !slices.Equal(tokens, want) {
			t.Fatalf("DependsTokens(%q) = %v; want %v", text, tokens, want)
		}
		if len(errs) > 0 {
			return
		}
		if !slices.Equal(d.Deps(), tokens) {
			t.Fatalf("%q: parsed %v, tokens %v", text, d.Deps(), tokens)
		}
		agreesWithLang(t, text, d)
	})
}

// agreesWithLang evaluates a faultless depends with expr-lang, as the
// reference does.
func agreesWithLang(t *testing.T, text string, d *Depends) {
	t.Helper()
	env := map[string]any{}
	holding := map[string]bool{}
	for i, dep := range d.Deps() {
		holding[dep.Task] = holding[dep.Task] || i%2 == 0
	}
	for task, ok := range holding {
		results := map[string]any{}
		for _, r := range Results() {
			results[r] = ok
		}
		env[strings.ReplaceAll(task, "-", "_")] = results
	}
	if len(env) != len(holding) {
		return // a-b and a_b cannot be told apart
	}
	expanded := tokenPattern.ReplaceAllStringFunc(text, func(m string) string {
		if strings.Contains(m, ".") {
			return m
		}
		return "(" + m + ".Succeeded || " + m + ".Skipped || " + m + ".Daemoned)"
	})
	want, err := exprlang.Eval(strings.ReplaceAll(expanded, "-", "_"), env)
	if err != nil {
		t.Fatalf("%q is accepted, and fails: %v", text, err)
	}
	if got := d.Eval(func(task, _ string) bool { return holding[task] }); got != want {
		t.Fatalf("%q is %v; expr-lang says %v", text, got, want)
	}
}

func FuzzParseSchedule(f *testing.F) {
	for _, s := range goldenInputs("schedule") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, fault := ParseSchedule(text)
		if strings.Contains(text, "TZ=") && !strings.Contains(text, " ") {
			if fault == nil {
				t.Fatalf("%q is accepted", text)
			}
			return // the reference panics
		}
		_, err := cron.ParseStandard(text)
		if (fault == nil) != (err == nil) {
			t.Fatalf("%q: we say %v, the reference %v", text, fault, err)
		}
		if fault != nil {
			inside(t, text, []Error{*fault})
			return
		}
		s.Never()
	})
}

func FuzzDuration(f *testing.F) {
	for _, s := range goldenInputs("duration") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, fault := ParseGoDuration(text)
		if _, err := time.ParseDuration(text); (fault == nil) != (err == nil) {
			t.Fatalf("%q: we say %v, Go %v", text, fault, err)
		}
		if fault != nil {
			inside(t, text, []Error{*fault})
		}
	})
}

func FuzzJSONPath(f *testing.F) {
	for _, path := range []string{"$.a", "$..b[?(@.c>1)]", "$[0:2:1]", "$['a','b'][*]", "$.a[?(@.x=~'y')]"} {
		f.Add(`{"a":[{"b":{"c":2}}]}`, path)
	}
	f.Fuzz(func(t *testing.T, text, path string) {
		if v, err := JSONPath(text, path); err != nil && v != nil {
			t.Fatalf("JSONPath(%q, %q) = %v, %v", text, path, v, err)
		}
	})
}
