package engine

import (
	"encoding/json"
	"testing"
)

// TestBelow holds that something inside an artifact is looked for where the
// artifact is, whatever its key looks like, and nowhere else.
func TestBelow(t *testing.T) {
	for _, test := range []struct{ location, sub, want string }{
		{`{"s3":{"key":"a/b"}}`, "c/d", `{"s3":{"key":"a/b/c/d"}}`},
		{`{"s3":{"key":"a//b/"}}`, "/c/", `{"s3":{"key":"a//b/c"}}`},
		{`{"s3":{"key":"a/b"}}`, "../../c", `{"s3":{"key":"a/b/c"}}`},
		{`{"http":{"url":"https://h/a"}}`, "c", `{"http":{"url":"https://h/a/c"}}`},
		{`{"folder":{"key":"a"}}`, ".", `{"folder":{"key":"a"}}`},
		{`{"git":{"repo":"r"}}`, "c", `{"git":{"repo":"r"}}`},
	} {
		if got := string(below(json.RawMessage(test.location), test.sub)); got != test.want {
			t.Errorf("%q in %s: %s, want %s", test.sub, test.location, got, test.want)
		}
	}
}
