package expr

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	exprlang "github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
)

// JSONPath returns what path selects from the JSON text. A path of names and
// indexes selects one value, and fails when it is not there; one with
// wildcards, slices, unions, filters or .. selects a list, which may be empty.
func JSONPath(text, path string) (any, error) {
	var document any
	if err := json.Unmarshal([]byte(text), &document); err != nil {
		return nil, fmt.Errorf("jsonpath: the first argument is not JSON: %w", err)
	}
	steps, err := parseJSONPath(path)
	if err != nil {
		return nil, fmt.Errorf("jsonpath %q: %w", path, err)
	}
	values, many := []any{document}, false
	for _, s := range steps {
		if many = many || s.many(); many {
			if values = s.selectAll(values); len(values) > maxSelected {
				return nil, fmt.Errorf("jsonpath %q: more than %d values", path, maxSelected)
			}
			continue
		}
		next, ok := s.selectOne(values[0])
		if !ok {
			return nil, fmt.Errorf("jsonpath %q: %s is not there", path, s.text)
		}
		values[0] = next
	}
	if many {
		return values, nil
	}
	return values[0], nil
}

// maxSelected keeps paths such as $..*..*..* from growing without bound.
const maxSelected = 1 << 16

// A jsonStep is one step of a path.
type jsonStep struct {
	text   string
	deep   bool        // ..: from every value below
	keys   []any       // names (string) and indexes (int)
	all    bool        // *
	slice  []*int      // from, to, step
	filter *vm.Program // over the element, whose @ reads as $element
}

func (s jsonStep) many() bool {
	return s.deep || s.all || s.slice != nil || s.filter != nil || len(s.keys) > 1
}

var errPath = errors.New("the path is malformed")

func parseJSONPath(path string) ([]jsonStep, error) {
	var steps []jsonStep
	rest := strings.TrimPrefix(strings.TrimSpace(path), "$")
	for rest != "" {
		s := jsonStep{}
		before := rest
		switch {
		case strings.HasPrefix(rest, ".."):
			s.deep = true
			rest = rest[2:]
		case rest[0] == '.':
			rest = rest[1:]
			if rest == "" || rest[0] == '[' {
				return nil, errPath
			}
		case rest[0] != '[' && len(steps) > 0:
			return nil, errPath
		}
		var err error
		if rest, err = s.parse(rest); err != nil {
			return nil, err
		}
		s.text = before[:len(before)-len(rest)]
		steps = append(steps, s)
	}
	return steps, nil
}

// parse reads a name, * or [...] and returns what is behind it.
func (s *jsonStep) parse(text string) (rest string, err error) {
	if !strings.HasPrefix(text, "[") {
		n := strings.IndexAny(text, ".[")
		if n < 0 {
			n = len(text)
		}
		if n == 0 {
			return "", errPath
		}
		if name := text[:n]; name == "*" {
			s.all = true
		} else {
			s.keys = []any{name}
		}
		return text[n:], nil
	}
	n := closingBracket(text)
	if n < 0 {
		return "", errors.New(`"[" is not closed`)
	}
	return text[n+1:], s.bracket(strings.TrimSpace(text[1:n]))
}

// closingBracket is the index of the bracket that closes text[0], outside of
// quotes.
func closingBracket(text string) int {
	depth, quoted := 0, byte(0)
	for i := range len(text) {
		switch c := text[i]; {
		case quoted != 0:
			if c == quoted {
				quoted = 0
			}
		case c == '\'' || c == '"':
			quoted = c
		case c == '[' || c == '(':
			depth++
		case c == ']' || c == ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// bracket reads what stands between brackets.
func (s *jsonStep) bracket(text string) error {
	switch {
	case text == "*":
		s.all = true
		return nil
	case strings.HasPrefix(text, "?"):
		var err error
		s.filter, err = exprlang.Compile(filterExpression(strings.TrimSpace(text[1:])), exprlang.AllowUndefinedVariables())
		return evalError(err)
	case strings.Contains(text, ":") && !strings.ContainsAny(text, `'"`):
		return s.bounds(text)
	}
	for _, part := range splitUnion(text) {
		if len(part) >= 2 && (part[0] == '\'' || part[0] == '"') && part[len(part)-1] == part[0] {
			s.keys = append(s.keys, part[1:len(part)-1])
			continue
		}
		n, err := strconv.Atoi(part)
		if err != nil {
			return fmt.Errorf("%q is neither a quoted name nor an index", part)
		}
		s.keys = append(s.keys, n)
	}
	return nil
}

func (s *jsonStep) bounds(text string) error {
	parts := strings.Split(text, ":")
	if len(parts) > 3 {
		return errPath
	}
	s.slice = make([]*int, 3)
	for i, part := range parts {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		n, err := strconv.Atoi(part)
		if err != nil || i == 2 && n <= 0 {
			return fmt.Errorf("%q cannot bound a slice", part)
		}
		s.slice[i] = &n
	}
	return nil
}

// splitUnion splits at commas outside of quotes.
func splitUnion(text string) []string {
	var parts []string
	start, quoted := 0, byte(0)
	for i := range len(text) {
		switch c := text[i]; {
		case quoted != 0 && c == quoted:
			quoted = 0
		case quoted == 0 && (c == '\'' || c == '"'):
			quoted = c
		case quoted == 0 && c == ',':
			parts = append(parts, strings.TrimSpace(text[start:i]))
			start = i + 1
		}
	}
	return append(parts, strings.TrimSpace(text[start:]))
}

// filterExpression is the filter in expr-lang, with @ spelled as a name.
func filterExpression(text string) string {
	var b strings.Builder
	quoted := byte(0)
	for i := range len(text) {
		c := text[i]
		switch {
		case quoted != 0 && c == quoted:
			quoted = 0
		case quoted == 0 && (c == '\'' || c == '"'):
			quoted = c
		case quoted == 0 && c == '@':
			b.WriteString("$element")
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

func (s jsonStep) selectOne(v any) (any, bool) {
	if len(s.keys) != 1 {
		return nil, false
	}
	return member(v, s.keys[0])
}

// member is the value under a name or an index; negative ones count from the end.
func member(v any, key any) (any, bool) {
	switch v := v.(type) {
	case map[string]any:
		name, ok := key.(string)
		if !ok {
			return nil, false
		}
		m, ok := v[name]
		return m, ok
	case []any:
		i, ok := key.(int)
		if i < 0 {
			i += len(v)
		}
		if !ok || i < 0 || i >= len(v) {
			return nil, false
		}
		return v[i], true
	}
	return nil, false
}

func (s jsonStep) selectAll(values []any) []any {
	out := []any{}
	for _, v := range values {
		if !s.deep {
			out = s.appendFrom(out, v)
			continue
		}
		for _, below := range descend(nil, v) {
			out = s.appendFrom(out, below)
		}
	}
	return out
}

func (s jsonStep) appendFrom(out []any, v any) []any {
	switch {
	case s.all:
		return append(out, elements(v)...)
	case s.slice != nil:
		list, _ := v.([]any)
		from, to := bound(s.slice[0], 0, len(list)), bound(s.slice[1], len(list), len(list))
		step := 1
		if s.slice[2] != nil {
			step = *s.slice[2]
		}
		for i := from; i < to; i += step {
			out = append(out, list[i])
		}
		return out
	case s.filter != nil:
		for _, e := range elements(v) {
			if satisfies(e, s.filter) {
				out = append(out, e)
			}
		}
		return out
	}
	for _, k := range s.keys {
		if m, ok := member(v, k); ok {
			out = append(out, m)
		}
	}
	return out
}

func bound(n *int, absent, size int) int {
	if n == nil {
		return absent
	}
	i := *n
	if i < 0 {
		i += size
	}
	return max(0, min(i, size))
}

// elements are the values directly below v, those of an object by name.
func elements(v any) []any {
	switch v := v.(type) {
	case []any:
		return v
	case map[string]any:
		out := make([]any, 0, len(v))
		for _, k := range sortedKeys(v) {
			out = append(out, v[k])
		}
		return out
	}
	return nil
}

// descend appends v and everything below it.
func descend(out []any, v any) []any {
	out = append(out, v)
	for _, e := range elements(v) {
		out = descend(out, e)
	}
	return out
}

// satisfies evaluates a filter. One that fails on an element, or yields
// nothing for it, does not select it; a value other than a boolean does.
func satisfies(element any, filter *vm.Program) bool {
	result, err := exprlang.Run(filter, map[string]any{"$element": element})
	if err != nil || result == nil {
		return false
	}
	b, ok := result.(bool)
	return b || !ok
}
