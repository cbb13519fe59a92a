package run

import (
	"strings"
	"testing"

	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/record"
)

// TestListing holds that the transformations of a data template are made where
// its record is read, and of no other container's.
func TestListing(t *testing.T) {
	for _, test := range []struct {
		transformations []string
		tells           bool
		result          string
		code            int
		message         string
	}{
		{nil, true, `["a.gz","b"]`, 0, ""},
		{[]string{"filter(data, {# endsWith '.gz'})", "map(data, {sprig.upper(#)})"}, true, `["A.GZ"]`, 0, ""},
		{[]string{"data["}, true, "", 1, `transformation "data[": `},
		{[]string{"data + 1"}, true, "", 1, `transformation "data + 1": `},
		{[]string{"1"}, false, "", 0, ""},
	} {
		message, _, err := record.Encode(record.Record{Listing: &record.Listing{Paths: []string{"a.gz", "b"}, Transformations: test.transformations}}, 4000)
		if err != nil {
			t.Fatal(err)
		}
		c := engine.Container{Name: "main", Ended: true, Message: message}
		var records Records
		records.Add(&c, test.tells, nil)
		outputs, fault := records.Outputs()
		result := ""
		if outputs != nil && outputs.Result != nil {
			result = *outputs.Result
		}
		if result != test.result || c.Code != test.code || !strings.HasPrefix(c.Message, test.message) || fault != "" {
			t.Errorf("%q: %q, %+v, %q", test.transformations, result, c, fault)
		}
	}
}
