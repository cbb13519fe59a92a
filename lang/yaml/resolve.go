package yaml

import (
	"encoding/base64"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/weft-lang/weft/lang/tree"
)

// Which plain scalars are strings, and which are not, follows YAML 1.1 the way
// Kubernetes' reader takes it: "yes" is a boolean, 010 is eight, 1:30 and
// dates are strings.

// A resolved is a scalar with its type.
type resolved struct {
	kind  tree.Kind
	value string // canonical JSON spelling, or the text of a string
}

// resolve sets kind and value of a scalar. implicit says that nothing but its
// text decides its type.
func (b *builder) resolve(n *tree.Node, tag, text string, implicit bool) {
	n.Kind, n.Value = tree.String, text
	switch tag {
	case "":
		if !implicit {
			return
		}
	case tagBinary:
		data, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			b.reportScalar(n, "!!binary text is not base64", "")
		}
		n.Value, n.Offsets = string(data), nil
		return
	case tagBool, tagInt, tagFloat, tagNull, tagTimestamp:
	default:
		return // strings, and whatever nobody knows
	}
	r := resolvePlain(text)
	if tag == tagTimestamp && r.kind == tree.String {
		if !isTimestamp(text) {
			b.tagMismatch(n, tag, text)
		}
		return
	}
	if tag != "" && !tagAccepts(tag, &r) {
		b.tagMismatch(n, tag, text)
		return
	}
	if r.kind == tree.String {
		return
	}
	n.Kind, n.Value, n.Offsets = r.kind, r.value, nil
}

func tagAccepts(tag string, r *resolved) bool {
	switch tag {
	case tagBool:
		return r.kind == tree.Bool
	case tagInt:
		return r.kind == tree.Int
	case tagNull:
		return r.kind == tree.Null
	case tagFloat:
		if r.kind == tree.Int {
			i, err := strconv.ParseInt(r.value, 10, 64)
			r.kind, r.value = tree.Float, jsonFloat(float64(i))
			return err == nil
		}
		return r.kind == tree.Float
	}
	return false
}

// resolvePlain finds the type of an untagged plain scalar.
func resolvePlain(text string) resolved {
	if text == "" {
		return resolved{tree.Null, "null"}
	}
	switch c := text[0]; {
	case c >= '0' && c <= '9', c == '+', c == '-':
		if r, ok := special(text); ok {
			return r
		}
		return number(text)
	case c == '.':
		if r, ok := special(text); ok {
			return r
		}
		if f, err := strconv.ParseFloat(text, 64); err == nil {
			return resolved{tree.Float, jsonFloat(f)}
		}
	case strings.IndexByte("yYnNtTfFoO~", c) >= 0:
		if r, ok := special(text); ok {
			return r
		}
	}
	return resolved{kind: tree.String, value: text}
}

// special resolves the words that are no strings.
func special(text string) (resolved, bool) {
	if len(text) > 5 {
		return resolved{}, false
	}
	switch text {
	case "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON":
		return resolved{tree.Bool, "true"}, true
	case "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF":
		return resolved{tree.Bool, "false"}, true
	case "~", "null", "Null", "NULL":
		return resolved{tree.Null, "null"}, true
	case ".nan", ".NaN", ".NAN":
		return resolved{tree.Float, ".nan"}, true
	case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF":
		return resolved{tree.Float, ".inf"}, true
	case "-.inf", "-.Inf", "-.INF":
		return resolved{tree.Float, "-.inf"}, true
	}
	return resolved{}, false
}

func number(text string) resolved {
	plain := strings.ReplaceAll(text, "_", "")
	if i, err := strconv.ParseInt(plain, 0, 64); err == nil {
		return resolved{tree.Int, strconv.FormatInt(i, 10)}
	}
	if u, err := strconv.ParseUint(plain, 0, 64); err == nil {
		return resolved{tree.Int, strconv.FormatUint(u, 10)}
	}
	if isDecimal(plain) {
		if f, err := strconv.ParseFloat(plain, 64); err == nil {
			return resolved{tree.Float, jsonFloat(f)}
		}
	}
	// "0b-1" and the like: what an old reader lets through.
	if digits, ok := strings.CutPrefix(plain, "0b"); ok {
		if i, err := strconv.ParseInt(digits, 2, 64); err == nil {
			return resolved{tree.Int, strconv.FormatInt(i, 10)}
		}
	} else if digits, ok := strings.CutPrefix(plain, "-0b"); ok {
		if i, err := strconv.ParseInt("-"+digits, 2, 64); err == nil {
			return resolved{tree.Int, strconv.FormatInt(i, 10)}
		}
	}
	return resolved{kind: tree.String, value: text}
}

// isDecimal reports whether s is a decimal number: sign, digits, fraction, exponent.
func isDecimal(s string) bool {
	digits := func() int {
		n := 0
		for n < len(s) && s[n] >= '0' && s[n] <= '9' {
			n++
		}
		s = s[n:]
		return n
	}
	sign := func() {
		if s != "" && (s[0] == '+' || s[0] == '-') {
			s = s[1:]
		}
	}
	sign()
	whole := digits()
	if s != "" && s[0] == '.' {
		s = s[1:]
		if fraction := digits(); whole+fraction == 0 {
			return false
		}
	} else if whole == 0 {
		return false
	}
	if s != "" && (s[0] == 'e' || s[0] == 'E') {
		s = s[1:]
		sign()
		if digits() == 0 {
			return false
		}
	}
	return s == ""
}

// jsonFloat spells a finite number as Go's JSON encoder does.
func jsonFloat(f float64) string {
	format := byte('f')
	if abs := math.Abs(f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	s := strconv.FormatFloat(f, format, -1, 64)
	if n := len(s); format == 'e' && n >= 4 && s[n-4:n-1] == "e-0" {
		s = s[:n-2] + s[n-1:]
	}
	return s
}

// isTimestamp reports whether !!timestamp accepts the text.
func isTimestamp(s string) bool {
	digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
	if digits != 4 || len(s) == 4 || s[4] != '-' {
		return false
	}
	for _, layout := range []string{
		"2006-1-2T15:4:5.999999999Z07:00", "2006-1-2t15:4:5.999999999Z07:00", "2006-1-2 15:4:5.999999999", "2006-1-2",
	} {
		if _, err := time.Parse(layout, s); err == nil {
			return true
		}
	}
	return false
}

func (b *builder) tagMismatch(n *tree.Node, tag, text string) {
	b.reportScalar(n, fmt.Sprintf("%q is not a %s", text, shortTag(tag)), "remove the tag, or write a value of its type")
}

func (b *builder) reportScalar(n *tree.Node, message, help string) {
	at := n.Place()
	b.report(&fault{span: span{at.Start, at.End}, message: message, help: help})
}
