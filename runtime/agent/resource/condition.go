package resource

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// A condition is the text of a label selector whose keys are paths into an
// object: "status.phase in (Failed, Error)". A comma joins requirements.
type condition []requirement

// requirement is one part of a condition.
type requirement struct {
	path   string
	op     operator
	values []string
}

type operator uint8

const (
	present operator = iota // path
	absent                  // !path
	equals                  // path = value, path in (a, b)
	differs                 // path != value, path notin (a, b)
	above                   // path > number
	below                   // path < number
)

// parseCondition reads a condition. An empty text is no condition.
func parseCondition(text string) (condition, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	s := scanner{rest: text}
	var c condition
	for {
		r, err := s.requirement()
		if err != nil {
			return nil, fmt.Errorf("the condition %q cannot be read: %w; write path == value, and a comma between conditions", text, err)
		}
		c = append(c, r)
		switch token := s.next(); token {
		case "":
			return c, nil
		case ",":
		default:
			return nil, fmt.Errorf("the condition %q cannot be read: a comma is missing before %q", text, token)
		}
	}
}

// scanner splits the text of a condition into tokens.
type scanner struct{ rest string }

const symbols = "=!<>(),"

// next is the next token, "" at the end.
func (s *scanner) next() string {
	s.rest = strings.TrimLeft(s.rest, " \t\r\n")
	end := 0
	switch {
	case s.rest == "":
	case strings.HasPrefix(s.rest, "==") || strings.HasPrefix(s.rest, "!="):
		end = 2
	case strings.IndexByte(symbols, s.rest[0]) >= 0:
		end = 1
	default:
		if end = strings.IndexAny(s.rest, symbols+" \t\r\n"); end < 0 {
			end = len(s.rest)
		}
	}
	token := s.rest[:end]
	s.rest = s.rest[end:]
	return token
}

func (s *scanner) peek() string { return (&scanner{s.rest}).next() }

func isWord(token string) bool { return token != "" && strings.IndexByte(symbols, token[0]) < 0 }

// operators by their spelling. in and notin are followed by a list.
var operators = map[string]operator{
	"=": equals, "==": equals, "!=": differs, ">": above, "<": below, "in": equals, "notin": differs,
}

func (s *scanner) requirement() (requirement, error) {
	if s.peek() == "!" {
		s.next()
		path, err := s.path()
		return requirement{path: path, op: absent}, err
	}
	path, err := s.path()
	if err != nil {
		return requirement{}, err
	}
	spelled := s.peek()
	if spelled == "" || spelled == "," {
		return requirement{path: path, op: present}, nil
	}
	op, ok := operators[spelled]
	if !ok {
		return requirement{}, fmt.Errorf("%q is no comparison", spelled)
	}
	s.next()
	r := requirement{path: path, op: op}
	switch spelled {
	case "in", "notin":
		r.values, err = s.list()
		return r, err
	case "<", ">":
		number, err := s.word("a whole number")
		if err != nil {
			return r, err
		}
		r.values = []string{number}
		if _, err := strconv.ParseInt(number, 10, 64); err != nil {
			return r, fmt.Errorf("%q is not a whole number", number)
		}
		return r, nil
	}
	r.values = []string{""} // what is compared with nothing is compared with an empty text
	if isWord(s.peek()) {
		r.values[0], err = s.value()
	}
	return r, err
}

// path is names and numbers with dots between them. Anything else would lead
// nowhere, and be waited for in vain.
func (s *scanner) path() (string, error) {
	path, err := s.word("a path")
	if err == nil && strings.ContainsFunc(path, func(c rune) bool {
		return !strings.ContainsRune("._-/", c) && !unicode.IsLetter(c) && !unicode.IsDigit(c)
	}) {
		err = fmt.Errorf("%q is no path: names and numbers stand with dots between them, as in status.conditions.0.type", path)
	}
	return path, err
}

// value is what a path is compared with.
func (s *scanner) value() (string, error) {
	value := s.next()
	if strings.ContainsAny(value, "\"'") {
		return "", fmt.Errorf("the value %s stands in quotes: leave them out", value)
	}
	return value, nil
}

// word is a token that is none of the symbols.
func (s *scanner) word(what string) (string, error) {
	token := s.next()
	if !isWord(token) {
		if token == "" {
			token = "the end"
		}
		return "", fmt.Errorf("%s is wanted instead of %q", what, token)
	}
	return token, nil
}

// list is (a, b, c). Between commas there may be nothing.
func (s *scanner) list() ([]string, error) {
	if token := s.next(); token != "(" {
		return nil, fmt.Errorf(`"(" is wanted instead of %q`, token)
	}
	values := []string{""}
	for {
		token, err := s.value()
		switch {
		case err != nil:
			return nil, err
		case token == ")":
			return values, nil
		case token == ",":
			values = append(values, "")
		case isWord(token) && values[len(values)-1] == "":
			values[len(values)-1] = token
		default:
			return nil, fmt.Errorf(`"," or ")" is wanted instead of %q`, token)
		}
	}
}

// holds reports whether the object fulfils the requirement. As with labels, a
// value that is not there differs from every other.
func (r requirement) holds(o object) bool {
	value, ok := o.text(r.path)
	switch r.op {
	case present:
		return ok
	case absent:
		return !ok
	case equals:
		return ok && slices.Contains(r.values, value)
	case differs:
		return !ok || !slices.Contains(r.values, value)
	}
	is, err := strconv.ParseInt(value, 10, 64)
	if !ok || err != nil {
		return false
	}
	bound, err := strconv.ParseInt(r.values[0], 10, 64)
	return err == nil && (r.op == above && is > bound || r.op == below && is < bound)
}

// String is the requirement as a user would write it.
func (r requirement) String() string {
	switch r.op {
	case present:
		return r.path
	case absent:
		return "!" + r.path
	case above:
		return r.path + " > " + r.values[0]
	case below:
		return r.path + " < " + r.values[0]
	}
	signs := map[operator][2]string{equals: {" == ", " in "}, differs: {" != ", " notin "}}[r.op]
	if len(r.values) == 1 {
		return r.path + signs[0] + r.values[0]
	}
	return r.path + signs[1] + "(" + strings.Join(r.values, ", ") + ")"
}

// any is the first requirement that holds.
func (c condition) any(o object) (requirement, bool) {
	i := slices.IndexFunc(c, func(r requirement) bool { return r.holds(o) })
	if i < 0 {
		return requirement{}, false
	}
	return c[i], true
}

// all reports whether every requirement holds.
func (c condition) all(o object) bool {
	return !slices.ContainsFunc(c, func(r requirement) bool { return !r.holds(o) })
}

// String is the condition as a user would write it.
func (c condition) String() string {
	parts := make([]string, len(c))
	for i, r := range c {
		parts[i] = r.String()
	}
	return strings.Join(parts, ", ")
}

// values tells what o has where c looks: `status.phase is "Running"`.
func (c condition) values(o object) string {
	var parts []string
	for _, r := range c {
		part := r.path + " is not there"
		if value, ok := o.text(r.path); ok {
			part = fmt.Sprintf("%s is %q", r.path, value)
		}
		if !slices.Contains(parts, part) {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ", ")
}
