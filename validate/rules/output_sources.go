package rules

import (
	"slices"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/tree"
)

// outputSources are the fields of valueFrom that say where an output parameter
// comes from.
var outputSources = []string{"path", "jqFilter", "jsonPath", "parameter", "expression", "supplied"}

// sourcesOf are those that an output parameter uses, in source order.
func sourcesOf(out *ir.Parameter, text func(*tree.Node) string) []string {
	if out.ValueFrom == nil {
		return nil
	}
	var found []string
	for _, e := range out.ValueFrom.Entries {
		if slices.Contains(outputSources, e.Key.Value) && (e.Value.Kind == tree.Map || text(e.Value) != "") {
			found = append(found, e.Key.Value)
		}
	}
	return found
}

// suitable are the sources that templates of a type offer; any one will do for
// the types that are not listed.
var suitable = map[ir.Type][]string{
	ir.Container:    {"path"},
	ir.ContainerSet: {"path"},
	ir.Script:       {"path"},
	ir.Resource:     {"jsonPath", "jqFilter"},
	ir.Steps:        {"parameter", "expression"},
	ir.DAG:          {"parameter", "expression"},
}

// sourceHelp says how a template of the type fills an output parameter.
func sourceHelp(t ir.Type) string {
	switch t {
	case ir.Container, ir.ContainerSet, ir.Script:
		return "have the container write a file and name it: valueFrom: {path: /tmp/FILE}"
	case ir.Resource:
		return "say where in the object it stands: valueFrom: {jsonPath: '{.status.FIELD}'}, or jqFilter"
	case ir.Steps:
		return `say which step it comes from: valueFrom: {parameter: "{{steps.NAME.outputs.parameters.NAME}}"}, or expression`
	case ir.DAG:
		return `say which task it comes from: valueFrom: {parameter: "{{tasks.NAME.outputs.parameters.NAME}}"}, or expression`
	case ir.Suspend:
		return "whoever resumes the workflow gives it: valueFrom: {supplied: {}}"
	}
	return "say where it comes from: valueFrom with path, jsonPath, jqFilter, parameter, expression or supplied"
}
