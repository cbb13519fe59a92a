package schema_test

import (
	"testing"

	"github.com/xeipuuv/gojsonschema"

	"github.com/weft-lang/weft/lang/yaml"
	"github.com/weft-lang/weft/schemas"
	"github.com/weft-lang/weft/validate/schema"
)

// apart are the findings about which the schemas say nothing: they take null
// for any value, and hold hardly any limit of the CRD.
var apart = map[string]bool{schema.NullListEntry: true, schema.CrdOnlyConstraint: true}

// beyond is what the schemas say for editors only: values that rules of their
// own or the CRD check, and fields that must be there.
var beyond = map[string]bool{"enum": true, "required": true}

// TestOracle compares the walk with gojsonschema over the generated schemas:
// both find fault with a document, or neither does.
func TestOracle(t *testing.T) {
	compiled := map[string]*gojsonschema.Schema{}
	for _, kind := range schemas.Kinds() {
		compiled[kind] = compile(t, kind)
	}
	agreed := 0
	for _, s := range samples(t) {
		for _, f := range s.files {
			docs, _ := yaml.Parse(f)
			for _, d := range docs {
				kind := d.Root.Get("kind").Text()
				if compiled[kind] == nil {
					continue
				}
				walk, oracle := "", ""
				schema.Check(d.Root, kind, schema.Options{Templates: true}, func(f schema.Finding) {
					if !apart[f.Rule] && walk == "" {
						walk = f.Span.String() + ": " + f.Message
					}
				})
				result, err := compiled[kind].Validate(gojsonschema.NewStringLoader(schema.Emit(d.Root, "").JSON))
				if err != nil {
					t.Fatalf("%s: %v", s.name, err)
				}
				for _, e := range result.Errors() {
					if !beyond[e.Type()] && oracle == "" {
						oracle = e.String()
					}
				}
				if (walk == "") != (oracle == "") {
					t.Errorf("%s: the walk says %q, the schema %q", s.name, walk, oracle)
					continue
				}
				agreed++
			}
		}
	}
	t.Logf("walk and schema agree on %d documents", agreed)
}

func compile(t testing.TB, kind string) *gojsonschema.Schema {
	t.Helper()
	text, ok := schemas.JSON(kind)
	if !ok {
		t.Fatalf("no schema of %s", kind)
	}
	s, err := gojsonschema.NewSchema(gojsonschema.NewBytesLoader(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}
