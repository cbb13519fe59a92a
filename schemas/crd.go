package schemas

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// definitions are how the kinds are called in a cluster.
var definitions = map[string]struct {
	plural  string
	short   string
	cluster bool // has no namespace
}{
	"Workflow":                {plural: "workflows", short: "wf"},
	"WorkflowTemplate":        {plural: "workflowtemplates", short: "wftmpl"},
	"ClusterWorkflowTemplate": {plural: "clusterworkflowtemplates", short: "cwft", cluster: true},
	"CronWorkflow":            {plural: "cronworkflows", short: "cwf"},
	"WorkflowEventBinding":    {plural: "workfloweventbindings", short: "wfeb"},
}

// object is a JSON object.
type object = map[string]any

// CRD returns the CustomResourceDefinition of a kind as JSON: what a cluster
// needs to keep manifests of it. It knows every field that is not of Kubernetes
// itself, so that the API server refuses unknown ones, and takes the place of
// what the reference installs.
func CRD(kind string) ([]byte, bool) {
	names, ok := definitions[kind]
	if !ok {
		return nil, false
	}
	scope := "Namespaced"
	if names.cluster {
		scope = "Cluster"
	}
	const group = "argoproj.io"
	text, err := json.MarshalIndent(object{
		"apiVersion": "apiextensions.k8s.io/v1",
		"kind":       "CustomResourceDefinition",
		"metadata":   object{"name": names.plural + "." + group},
		"spec": object{
			"group": group,
			"scope": scope,
			"names": object{
				"kind": kind, "listKind": kind + "List", "plural": names.plural, "singular": strings.ToLower(kind),
				"shortNames": []string{names.short},
			},
			"versions": []object{{
				"name": "v1alpha1", "served": true, "storage": true,
				"schema": object{"openAPIV3Schema": structural(kind)},
			}},
		},
	}, "", " ")
	if err != nil {
		panic("schemas: " + err.Error())
	}
	return append(text, '\n'), true
}

// anything is the schema of what a structural schema cannot describe.
func anything() object { return object{"x-kubernetes-preserve-unknown-fields": true} }

// anyObject is the schema of an object whose fields are not described: a
// structural schema has no references, so what holds itself ends somewhere.
func anyObject() object {
	return object{"type": "object", "nullable": true, "x-kubernetes-preserve-unknown-fields": true}
}

// structural is the schema of a kind as a CustomResourceDefinition takes it:
// without references, and with one type a node.
func structural(kind string) object {
	text, _ := JSON(kind)
	var schema struct{ Definitions map[string]object }
	if err := json.Unmarshal(text, &schema); err != nil {
		panic("schemas: " + err.Error())
	}
	w := &structurer{definitions: schema.Definitions}
	root := w.convert(schema.Definitions[kind])
	fields := root["properties"].(object)
	for _, name := range []string{"apiVersion", "kind"} {
		fields[name] = object{"type": "string"}
	}
	fields["metadata"] = object{"type": "object"} // the API server knows better
	if _, ok := fields["status"]; ok {
		fields["status"] = anyObject()
	}
	return root
}

type structurer struct {
	definitions map[string]object
	inside      []string // the definitions that are being converted
}

func (w *structurer) convert(s object) object {
	if ref, ok := s["$ref"].(string); ok {
		return w.reference(strings.TrimPrefix(ref, "#/definitions/"))
	}
	types, nullable := typesOf(s)
	out := object{}
	switch {
	case slices.Equal(types, []string{"integer", "string"}):
		out["x-kubernetes-int-or-string"] = true
	case len(types) != 1:
		return anything()
	default:
		out["type"] = types[0]
	}
	if nullable {
		out["nullable"] = true
	}
	for _, key := range []string{"required", "minProperties", "maxProperties"} {
		if v, ok := s[key]; ok {
			out[key] = v
		}
	}
	if values, ok := s["enum"].([]any); ok && out["type"] == "string" {
		out["enum"] = values
	}
	if items, ok := s["items"].(object); ok {
		out["items"] = w.convert(items)
	}
	switch rest := s["additionalProperties"].(type) {
	case object:
		out["additionalProperties"] = w.convert(rest)
	case nil: // an object of which nothing is said
		if out["type"] == "object" {
			out["x-kubernetes-preserve-unknown-fields"] = true
		}
	}
	if fields, ok := s["properties"].(object); ok {
		converted := object{}
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			converted[name] = w.convert(fields[name].(object))
		}
		out["properties"] = converted
	}
	return out
}

// reference describes what is Argo's. The parts that are Kubernetes' own, such
// as containers and volumes, stay open: written out wherever they may stand, they
// would make a definition more than twice as large.
func (w *structurer) reference(name string) object {
	if slices.Contains(w.inside, name) || strings.Contains(name, ".") {
		return anyObject()
	}
	definition, ok := w.definitions[name]
	if !ok {
		panic(fmt.Sprintf("schemas: no definition %q", name))
	}
	w.inside = append(w.inside, name)
	defer func() { w.inside = w.inside[:len(w.inside)-1] }()
	return w.convert(definition)
}

// typesOf are the types of a schema, null apart.
func typesOf(s object) (types []string, nullable bool) {
	switch t := s["type"].(type) {
	case string:
		return []string{t}, false
	case []any:
		for _, name := range t {
			types = append(types, name.(string))
		}
	}
	types = slices.DeleteFunc(types, func(t string) bool {
		nullable = nullable || t == "null"
		return t == "null"
	})
	return types, nullable
}
