// Package schemas holds JSON Schemas (draft-07) of the manifests that weft
// reads, and what each field means. All of it is generated from the Go types
// in internal/api.
package schemas

import (
	"embed"
	"encoding/json"
	"sync"
)

//go:generate go run ./internal/gen

//go:embed json
var files embed.FS

// All names the schema that takes a manifest of any kind.
const All = "all"

// Kinds returns the kinds that have a schema.
func Kinds() []string {
	return []string{"Workflow", "WorkflowTemplate", "ClusterWorkflowTemplate", "CronWorkflow", "WorkflowEventBinding"}
}

// JSON returns the schema of a kind, or of All kinds.
func JSON(kind string) ([]byte, bool) {
	b, err := files.ReadFile("json/" + kind + ".json")
	return b, err == nil
}

// Doc says what a field of a type is for, and with an empty field what the
// type is; "" if there is no such field. Types are called as in the schemas:
// "Template", "core.Container".
func Doc(typeName, field string) string {
	t := docs()[typeName]
	if field == "" {
		return t.Description
	}
	return t.Properties[field].Description
}

type typeDoc struct {
	Description string
	Properties  map[string]struct{ Description string }
}

// docs reads the schema for the first time somebody asks: checking never does.
var docs = sync.OnceValue(func() map[string]typeDoc {
	b, _ := JSON(All)
	var all struct {
		Definitions map[string]typeDoc
	}
	if err := json.Unmarshal(b, &all); err != nil {
		panic("schemas: " + err.Error())
	}
	return all.Definitions
})
