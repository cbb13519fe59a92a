package cli

import (
	"encoding/json"
	"maps"
	"testing"
)

// TestKeysIn holds that a key of a Secret is wanted wherever it is named, unless the
// location does without it.
func TestKeysIn(t *testing.T) {
	for location, want := range map[string]map[secretKey]bool{
		`{"s3": {"accessKeySecret": {"name": "a", "key": "k"}, "secretKeySecret": {"name": "a", "key": "s", "optional": false}}}`: {{"a", "k"}: true, {"a", "s"}: true},
		`{"s3": {"accessKeySecret": {"name": "a", "key": "k", "optional": true}}}`:                                                {},
		`{"http": {"auth": {"basicAuth": {"usernameSecret": {"name": "b", "key": "u"}}}, "headers": ["x"]}}`:                      {{"b", "u"}: true},
		`{"s3": {"bucket": "b"}}`: {},
	} {
		got := map[secretKey]bool{}
		if keysIn(json.RawMessage(location), got); !maps.Equal(got, want) {
			t.Errorf("%s wants %v", location, got)
		}
	}
}
