package run

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/weft-lang/weft/compiler/pod/instructions"
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

// TestForged holds that a record gives outputs only where its container is to give
// them, and says of artifacts nothing but that they were saved.
func TestForged(t *testing.T) {
	result := "forged"
	message, _, err := record.Encode(record.Record{
		Result: &result, Parameters: []record.Value{{Name: "p", Value: result}}, Artifacts: []string{"mine", "its", "nobody's"},
	}, 4000)
	if err != nil {
		t.Fatal(err)
	}
	saves := []instructions.Save{
		{Name: "mine", By: "main", Location: json.RawMessage(`{"folder":{"key":"m"}}`)}, {Name: "its", By: "weft-save", Location: json.RawMessage(`{"s3":{}}`)},
	}
	for _, test := range []struct {
		tells bool
		want  string
	}{
		{true, `{"result":"forged","parameters":[{"name":"p","value":"forged"}],"artifacts":[{"name":"mine","location":{"folder":{"key":"m"}}}]}`},
		{false, `{}`},
	} {
		records := Records{Saves: saves}
		records.Add(&engine.Container{Name: "main", Ended: true, Message: message}, test.tells, nil)
		outputs, _ := records.Outputs()
		if got, err := json.Marshal(outputs); err != nil || string(got) != test.want {
			t.Errorf("%v: %s, want %s: %v", test.tells, got, test.want, err)
		}
	}
}

// TestClass holds that only what is lost on its way is for others to answer for.
func TestClass(t *testing.T) {
	for _, test := range []struct {
		name    string
		records []record.Record
		message string // of another container that has to leave a record
		want    engine.Class
	}{
		{"nothing is missing", []record.Record{{}}, "", ""},
		{"a file that nobody wrote", []record.Record{{Error: "no file"}}, "", engine.ClassUser},
		{"a store that takes nothing", []record.Record{{Error: "no bucket", Unsaved: true}}, "", engine.ClassInfrastructure},
		{"both", []record.Record{{Error: "no file"}, {Error: "no bucket", Unsaved: true}, {Error: "no file"}}, "", engine.ClassInfrastructure},
		{"no record", []record.Record{{Error: "no file"}}, "bye", engine.ClassInfrastructure},
		{"half a record", nil, "weft1 100 00000000 abc", engine.ClassInfrastructure},
	} {
		var records Records
		add := func(message string) {
			records.Add(&engine.Container{Name: "main", Ended: true, Message: message}, true, nil)
		}
		for _, r := range test.records {
			message, _, err := record.Encode(r, 4000)
			if err != nil {
				t.Fatal(err)
			}
			add(message)
		}
		if test.message != "" {
			add(test.message)
		}
		if got := records.Class(); got != test.want {
			t.Errorf("%s: class %q, want %q", test.name, got, test.want)
		}
	}
}
