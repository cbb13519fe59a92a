package expr

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	exprlang "github.com/expr-lang/expr"
)

// Nest turns flat variables with dotted names into nested maps, the shape in
// which expressions see them. Where both a and a.b exist, a is dropped.
func Nest[V any](vars map[string]V) map[string]any {
	nested := make(map[string]any)
	for name, value := range vars {
		put(nested, strings.Split(name, "."), value)
	}
	return nested
}

func put(m map[string]any, path []string, value any) {
	for ; len(path) > 1; path = path[1:] {
		next, ok := m[path[0]].(map[string]any)
		if !ok {
			next = make(map[string]any)
			m[path[0]] = next
		}
		m = next
	}
	if _, ok := m[path[0]].(map[string]any); !ok {
		m[path[0]] = value
	}
}

// EvalExpr evaluates src over flat variables, with the reference's helpers.
func EvalExpr(src string, vars map[string]string) (any, error) {
	e, fault := ParseExpr(src)
	if fault != nil {
		return nil, fault
	}
	return e.Eval(e.WithHelpers(Nest(relevant(e, vars))))
}

// relevant leaves out the variables that e cannot see: of those beside the paths
// that it follows there is one, which makes a map of what they stand in.
func relevant(e *Expr, vars map[string]string) map[string]string {
	if strings.Contains(e.Text, "$env") {
		return vars // may be indexed by a computed name
	}
	var paths []string
	for _, r := range e.References() {
		if path := r.Path.String(); !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
	}
	few, made := make(map[string]string), map[string]bool{}
	for name, value := range vars {
		for _, path := range paths {
			common := commonPath(name, path)
			if common == name || common == path || common != "" && !made[common] {
				few[name] = value
				made[common] = made[common] || common != name
			}
		}
	}
	return few
}

// commonPath is the dotted names that two paths both begin with.
func commonPath(a, b string) string {
	end := 0
	for i := 0; ; i++ {
		endA, endB := i == len(a) || a[i] == '.', i == len(b) || b[i] == '.'
		if endA && endB {
			end = i
		}
		if i == len(a) || i == len(b) || a[i] != b[i] {
			return a[:end]
		}
	}
}

// Eval evaluates e in env, whose maps are nested.
func (e *Expr) Eval(env map[string]any) (result any, err error) {
	if len(e.Tags) > 0 {
		return nil, errors.New("the expression still holds tags")
	}
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	program, err := exprlang.Compile(e.source, exprlang.Env(env))
	if err != nil {
		return nil, evalError(err)
	}
	result, err = exprlang.Run(program, env)
	return result, evalError(err)
}

// WithHelpers is env with the reference's helpers that e mentions: asInt,
// asFloat, jsonpath, toJson and sprig. Names of env win.
func (e *Expr) WithHelpers(env map[string]any) map[string]any {
	out := make(map[string]any, len(env)+len(helpers)+1)
	maps.Copy(out, helpers)
	if strings.Contains(e.source, "sprig") {
		out["sprig"] = sprigFunctions()
	}
	maps.Copy(out, env)
	return out
}

// evalError drops the snippet that expr-lang adds to its messages.
func evalError(err error) error {
	if err == nil {
		return nil
	}
	message, _, _ := strings.Cut(err.Error(), "\n")
	return errors.New(message)
}

// lateVariables get their values after the rest of the scope. An expression
// with one that is not there yet is left alone.
var lateVariables = []string{"item", "retries", "lastRetry", "workflow.status", "workflow.failures"}

// Fold evaluates src as far as that is possible before the run: with what vars
// knows. ok is false when src fails, yields nil, uses a late variable that is
// not there, or would be too costly or different each time. The result of a
// string is its text, of anything else its JSON.
func Fold(src string, vars map[string]string) (text string, ok bool) { return fold(src, vars, false) }

// FoldNow is Fold at run time: it also calls functions whose result differs from
// call to call, dates and random texts.
func FoldNow(src string, vars map[string]string) (text string, ok bool) { return fold(src, vars, true) }

func fold(src string, vars map[string]string, now bool) (text string, ok bool) {
	e, fault := ParseExpr(src)
	if fault != nil || e.foreign(vars) || !e.foldable(vars, now) {
		return "", false
	}
	result, err := e.Eval(e.WithHelpers(Nest(relevant(e, vars))))
	if err != nil {
		return "", false
	}
	return Render(result)
}

// Render is the text that stands for the result of an expression in a tag: a
// string as it is, anything else as JSON. Nil and what JSON cannot write have
// none.
func Render(result any) (text string, ok bool) {
	switch v := result.(type) {
	case nil:
		return "", false
	case string:
		return v, true
	}
	b, err := json.Marshal(result)
	return string(b), err == nil && string(b) != "null"
}

// foreign reports whether e names something that neither vars nor the helpers
// know: the compiler would refuse it, but at a price.
func (e *Expr) foreign(vars map[string]string) bool {
	for _, r := range e.References() {
		name := r.Path[0].Name
		if helpers[name] == nil && name != "sprig" && name != "$env" && !known(name, vars) {
			return true
		}
	}
	return false
}

func (e *Expr) foldable(vars map[string]string, now bool) bool {
	for _, r := range e.References() {
		if late := lateName(r.Path); late != "" && !known(late, vars) {
			return false
		}
	}
	for _, c := range e.Calls() {
		if unfoldable[c.Name] || volatile[c.Name] && !now {
			return false
		}
	}
	return !costly(e, vars)
}

// lateName is the late variable that p uses, "" for none.
func lateName(p Path) string {
	path := p.String()
	for _, late := range lateVariables {
		if path == late || strings.HasPrefix(path, late+".") {
			return path
		}
	}
	return ""
}

func known(name string, vars map[string]string) bool {
	if _, ok := vars[name]; ok {
		return true
	}
	prefix := name + "."
	for v := range vars {
		if strings.HasPrefix(v, prefix) {
			return true
		}
	}
	return false
}
