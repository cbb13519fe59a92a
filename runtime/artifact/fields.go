package artifact

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// The fields of locations and archives that are no texts. Where a tag was filled
// in, a text stands there all the same, and means what it says; null says nothing.
type (
	boolean bool
	number  int64
)

// UnmarshalJSON takes true and "true".
func (b *boolean) UnmarshalJSON(text []byte) error {
	if isNull(text) {
		return nil
	}
	word := unquoted(text)
	v, err := strconv.ParseBool(word)
	if err != nil {
		return fmt.Errorf("%q is neither true nor false", word)
	}
	*b = boolean(v)
	return nil
}

// UnmarshalJSON takes 1 and "1".
func (n *number) UnmarshalJSON(text []byte) error {
	if isNull(text) {
		return nil
	}
	word := unquoted(text)
	v, err := strconv.ParseInt(word, 10, 64)
	if err != nil {
		return fmt.Errorf("%q is no whole number", word)
	}
	*n = number(v)
	return nil
}

func isNull(text []byte) bool { return string(text) == "null" }

func unquoted(text []byte) string {
	var word string
	if json.Unmarshal(text, &word) == nil {
		return word
	}
	return string(text)
}
