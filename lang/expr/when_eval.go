package expr

import (
	"errors"
	"fmt"
	"strings"

	"github.com/casbin/govaluate"
)

// EvalWhen evaluates a when in which every tag has been substituted. Empty
// text is true. What is no boolean is an error.
func EvalWhen(text string) (bool, error) {
	if text == "" {
		return true, nil
	}
	result, err := evalWhen(text, true)
	if err != nil {
		return false, err
	}
	if b, ok := result.(bool); ok {
		return b, nil
	}
	return false, fmt.Errorf("the condition %q is %v, not true or false", text, result)
}

// EvalCronWhen evaluates the when of a cron workflow. There bare words are
// unknown variables instead of text.
func EvalCronWhen(text string) (bool, error) {
	result, err := evalWhen(text, false)
	if err != nil {
		return false, err
	}
	if b, ok := result.(bool); ok {
		return b, nil
	}
	return false, fmt.Errorf("the condition %q is %v, not true or false", text, result)
}

// evalWhen runs govaluate, which panics on some malformed input.
func evalWhen(text string, words bool) (result any, err error) {
	defer func() {
		if r := recover(); r != nil {
			result, err = nil, errors.New("the condition is malformed")
		}
	}()
	parsed, err := govaluate.NewEvaluableExpression(text)
	if err != nil {
		return nil, whenError(err)
	}
	if words {
		tokens := parsed.Tokens()
		if singleMember(tokens) {
			return nil, errors.New(`"in" needs a list of at least two values`)
		}
		for i := range tokens {
			if tokens[i].Kind == govaluate.VARIABLE {
				tokens[i].Kind = govaluate.STRING
			}
		}
		if parsed, err = govaluate.NewEvaluableExpressionFromTokens(tokens); err != nil {
			return nil, whenError(err)
		}
	}
	result, err = parsed.Evaluate(nil)
	return result, whenError(err)
}

func whenError(err error) error {
	if err == nil {
		return nil
	}
	return errors.New(strings.TrimSpace(err.Error()))
}

// singleMember reports whether a group behind in holds no comma. govaluate
// has come to take that for a list of one; the reference's does not.
func singleMember(tokens []govaluate.ExpressionToken) bool {
	for i := range tokens {
		if tokens[i].Kind != govaluate.COMPARATOR || tokens[i].Value != "in" {
			continue
		}
		depth, commas := 0, 0
		for _, t := range tokens[i+1:] {
			switch t.Kind {
			case govaluate.CLAUSE:
				depth++
			case govaluate.CLAUSE_CLOSE:
				depth--
			case govaluate.SEPARATOR:
				commas++
			}
			if depth == 0 {
				break
			}
		}
		if commas == 0 {
			return true
		}
	}
	return false
}
