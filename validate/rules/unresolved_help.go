package rules

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate/trace"
)

// unresolvedHelp says what a name that leads nowhere was likely to mean, else
// how such a name comes into scope.
func unresolvedHelp(u trace.Unresolved) string {
	if name := strings.TrimSpace(u.Name); name != u.Name && slices.Contains(slices.Collect(u.InScope()), name) {
		return "write {{" + name + "}}, without a line break or tab inside the braces"
	}
	if help := diag.DidYouMean(u.Name, u.InScope()); help != "" {
		return help
	}
	root, rest, _ := strings.Cut(u.Name, ".")
	first, name, _ := strings.Cut(rest, ".")
	switch root {
	case "inputs":
		return inputHelp(u, first, name)
	case "workflow":
		return globalHelp(u, first, name)
	case "steps", "tasks":
		return siblingHelp(u, root, first)
	case "item":
		return itemHelp(u)
	case "pod":
		return "of its Pod a template knows pod.name only"
	}
	return ""
}

func inputHelp(u trace.Unresolved, list, name string) string {
	t := u.Use.Template
	kind := strings.TrimSuffix(list, "s")
	switch kind {
	case parameter:
	case artifact:
		name, _, _ = strings.Cut(name, ".")
		if t.Inputs.Artifact(name) != nil && t.Type().IsLeaf() {
			return "of an artifact a template knows its path only: inputs.artifacts." + name + ".path"
		} else if t.Inputs.Artifact(name) != nil {
			return fmt.Sprintf("a %s template has no files; hand the artifact on with from: \"{{inputs.artifacts.%s}}\"", t.Type().Key(), name)
		}
	default:
		return "inputs are called inputs.parameters.NAME and inputs.artifacts.NAME.path"
	}
	if !ioName().MatchString(name) {
		return ""
	}
	help := fmt.Sprintf("declare %q under inputs.%s of %s", name, list, t.Describe())
	if there := listed(ioNames(t.Inputs, kind)); there != "" {
		help += ", or name one that is there" + there
	}
	return help
}

// ioNames yields the names of the parameters or artifacts of a list, by kind.
func ioNames(io ir.IO, kind string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, n := range namedIn(io, kind) {
			if !yield(n.name.Text()) {
				return
			}
		}
	}
}

func globalHelp(u trace.Unresolved, what, name string) string {
	switch what {
	case "parameters":
		if ioName().MatchString(name) {
			return fmt.Sprintf("declare %q under spec.arguments.parameters", name)
		}
	case "labels", "annotations":
		if name != "" && u.Use.Run.Object.Kind == ir.CronWorkflow {
			return "set it under spec.workflowMetadata." + what
		}
		if name != "" {
			return "set it under metadata." + what
		}
	case "outputs":
		if list, output, ok := strings.Cut(name, "."); ok && (list == "parameters" || list == "artifacts") {
			return fmt.Sprintf("let an output of an earlier step or task have globalName: %s", output)
		}
		return "such outputs are called workflow.outputs.parameters.NAME and workflow.outputs.artifacts.NAME"
	case "failures":
		return "only what onExit or an exit hook of the workflow calls knows the failures"
	case "priority":
		return "set spec.priority"
	default:
		return "a workflow knows its name, namespace, uid, status, duration, parameters, labels and annotations, and a few more"
	}
	return ""
}

// siblingHelp is about a name that begins with steps or tasks.
func siblingHelp(u trace.Unresolved, root, id string) string {
	t := u.Use.Template
	switch own := calledIn[t.Type()]; {
	case own == "":
		return fmt.Sprintf("a %s template does not see the %s around it; declare an input, and pass the value in where it is called", t.Type().Key(), root)
	case own != root:
		return fmt.Sprintf("in a %s template the others are called %s.NAME", t.Type().Key(), own)
	}
	called := func(c *ir.Call) bool { return id != "" && u.Use.Text(c.Name) == id }
	if !slices.ContainsFunc(bodyCalls(u.Use), called) {
		return fmt.Sprintf("%s has no %s of that name", t.Describe(), strings.TrimSuffix(root, "s")) + listed(callNames(u.Use))
	}
	if known := example(u, root+"."+id+"."); known != "" && known != u.Name {
		return "write what it gives, such as {{" + known + "}}"
	}
	return fmt.Sprintf("what a %s gives is known to those that come after it", strings.TrimSuffix(root, "s"))
}

// callNames yields the names of the steps or tasks of a body.
func callNames(u *trace.Use) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, c := range bodyCalls(u) {
			if !yield(c.Name.Text()) {
				return
			}
		}
	}
}

// calledIn are the words under which the calls of a body see each other.
var calledIn = map[ir.Type]string{ir.Steps: "steps", ir.DAG: "tasks"}

// example is a name in scope that begins with prefix, an output if there is one.
func example(u trace.Unresolved, prefix string) string {
	found := ""
	for name := range u.InScope() {
		if name == u.Name {
			return name // by now it is
		}
		if rest, ok := strings.CutPrefix(name, prefix); ok && (found == "" || strings.HasPrefix(rest, "outputs.")) {
			found = name
		}
	}
	return found
}

func itemHelp(u trace.Unresolved) string {
	var keys []string
	for name := range u.InScope() {
		if key, ok := strings.CutPrefix(name, "item."); ok {
			keys = append(keys, key)
		}
	}
	switch {
	case u.Call == nil && !u.Use.Template.Type().IsGroup():
		return fmt.Sprintf("a %s template does not see the items of a loop; declare an input, and pass the item in where it is called", u.Use.Template.Type().Key())
	case u.Call == nil || !u.Call.Looped():
		return "only the fields of a step or task with withItems or withParam know its items"
	case len(keys) > 0:
		return "the items have other keys" + listed(slices.Values(keys))
	}
	return "the items of this loop are no maps; {{item}} is the whole item"
}
