package config

import (
	_ "embed" // for the files below
	"encoding/json"
	"strings"

	"github.com/weft-lang/weft/validate"
)

//go:embed schema.json
var schemaText string

//go:embed init.yaml
var starter string

// Starter is a weft.yaml to begin with: every key, in a comment that explains it.
func Starter() string { return starter }

// Schema is the JSON Schema (draft-07) of weft.yaml, with the rules there are.
func Schema(rules []validate.Rule) string {
	type property struct {
		Description string `json:"description"`
		Ref         string `json:"$ref"`
	}
	var b strings.Builder
	b.WriteString(`"properties": {`)
	for i, r := range rules {
		if i > 0 {
			b.WriteString(",")
		}
		name, _ := json.Marshal(r.Name) // strings always marshal
		value, _ := json.Marshal(property{r.Summary, "#/definitions/severity"})
		b.WriteString("\n        " + string(name) + ": " + string(value))
	}
	b.WriteString("\n      }")
	return strings.Replace(schemaText, `"properties": {}`, b.String(), 1)
}
