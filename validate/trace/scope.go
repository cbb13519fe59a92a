package trace

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/weft-lang/weft/compiler/ir"
)

// locals are the global names and the template's own, without its inputs.
type locals struct{ u *Use }

func (s locals) Value(name string) (string, bool) {
	if v, ok := s.u.Run.globals[name]; ok {
		return v, true
	}
	if name == "pod.name" && s.u.Template.Type().IsPod() {
		return Placeholder + "pod", true
	}
	return "", false
}

// Vars are made once for all templates: nobody may change them.
func (s locals) Vars() map[string]string {
	if s.u.Template.Type().IsPod() {
		return s.u.Run.podVars()
	}
	return s.u.Run.vars()
}

// globalVars are the global names that do not change while the workflow runs.
func globalVars(globals map[string]string) map[string]string {
	vars := maps.Clone(globals)
	delete(vars, "workflow.status")
	return vars
}

// all adds the inputs and the paths.
type all struct{ u *Use }

func (s all) Value(name string) (string, bool) {
	if v, ok := (locals(s)).Value(name); ok {
		return v, true
	}
	if name == "inputs.parameters" {
		return s.u.inputsJSON(), true
	}
	if p, ok := strings.CutPrefix(name, "inputs.parameters."); ok {
		if param := s.u.Template.Inputs.Parameter(p); param != nil {
			return s.u.input(param)
		}
		return "", false
	}
	return s.u.path(name)
}

func (s all) Vars() map[string]string {
	vars := (locals(s)).Vars()
	if len(s.u.Template.Inputs.Parameters)+len(s.u.Template.Inputs.Artifacts) == 0 {
		return vars
	}
	vars = maps.Clone(vars)
	for _, p := range s.u.Template.Inputs.Parameters {
		if v, ok := s.u.input(p); ok {
			vars["inputs.parameters."+p.Name.Text()] = v
		}
	}
	for _, a := range s.u.Template.Inputs.Artifacts {
		name := "inputs.artifacts." + a.Name.Text() + ".path"
		if v, ok := s.u.path(name); ok {
			vars[name] = v
		}
	}
	return vars
}

// input is the value of an input parameter. An argument without a value
// erases the input's own value and default.
func (u *Use) input(p *ir.Parameter) (string, bool) {
	if u.Args == nil {
		return Placeholder + strconv.Itoa(p.Index), true
	}
	if a, ok := u.Args.parameters[p.Name.Text()]; ok {
		switch {
		case a.hasValue:
			return a.value, true
		case a.configMap:
			return Placeholder + "config", true
		}
		return "", false
	}
	for _, own := range []*treeNode{p.Value, p.Default} {
		if own != nil {
			return u.ownText(own), true
		}
	}
	if p.ValueFrom.Has("configMapKeyRef") {
		return Placeholder + "config", true
	}
	return "", false
}

func (u *Use) inputsJSON() string {
	type pair struct {
		Name  string `json:"name"`
		Value string `json:"value,omitempty"`
	}
	list := []pair{}
	for _, p := range u.Template.Inputs.Parameters {
		v, _ := u.input(p)
		list = append(list, pair{p.Name.Text(), v})
	}
	b, _ := json.Marshal(list) // strings always marshal
	return string(b)
}

// path is the value of inputs.artifacts.X.path and outputs.*.X.path.
func (u *Use) path(name string) (string, bool) {
	if !strings.HasSuffix(name, ".path") || !u.Template.Type().IsLeaf() {
		return "", false
	}
	name = strings.TrimSuffix(name, ".path")
	if a, ok := strings.CutPrefix(name, "inputs.artifacts."); ok {
		if art := u.Template.Inputs.Artifact(a); art != nil {
			return art.Path.Text(), true
		}
	}
	if a, ok := strings.CutPrefix(name, "outputs.artifacts."); ok {
		if art := u.Template.Outputs.Artifact(a); art != nil && art.Path != nil {
			return art.Path.Text(), true
		}
	}
	if p, ok := strings.CutPrefix(name, "outputs.parameters."); ok {
		if par := u.Template.Outputs.Parameter(p); par != nil && par.ValueFrom.Has("path") {
			return par.ValueFrom.Get("path").Text(), true
		}
	}
	return "", false
}

// policed are the roots whose names must resolve. Tags under other roots are
// somebody else's and stay as text.
var policed = [...]string{"item.", "steps.", "inputs.", "outputs.", "pod.", "workflow.", "tasks."}

// exempt are prefixes under which every name is accepted.
var exempt = [...]string{"outputs.", "steps.name", "tasks.name", "workflow.duration", "workflow.creationTimestamp", "workflow.scheduledTime"}

// exempts reports whether a name is taken without a look. That steps.namexyz
// goes through, too, is an accident of the reference.
func (r *Run) exempts(name string) bool {
	if !r.exact && (strings.HasPrefix(name, "steps.name") || strings.HasPrefix(name, "tasks.name")) {
		return name == "steps.name" || name == "tasks.name"
	}
	return hasAnyPrefix(name, exempt[:])
}

func hasAnyPrefix(s string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// TagName is the name in a tag as the reference reads it: it trims the JSON
// text of the template, where a line break or tab is an escape and so not
// white space.
func (locals) TagName(body string) string { return tagName(body) }

// TagName is that of locals.
func (all) TagName(body string) string { return tagName(body) }

func tagName(body string) string {
	return strings.TrimFunc(body, func(r rune) bool { return unicode.IsSpace(r) && !escapedByJSON(r) })
}

// escapedByJSON reports whether a white space character is spelled as an escape
// in the JSON of the reference.
func escapedByJSON(r rune) bool { return r < ' ' || r == '\u2028' || r == '\u2029' }

// knows reports whether a name resolves in the template itself, whatever
// steps or tasks stand around it.
func (u *Use) knows(name string) bool {
	if !hasAnyPrefix(name, policed[:]) || u.Run.exempts(name) {
		return true
	}
	if _, ok := (all{u}).Value(name); ok {
		return true
	}
	if a, ok := strings.CutPrefix(name, "inputs.artifacts."); ok {
		return u.Template.Inputs.Artifact(a) != nil
	}
	if p, ok := strings.CutPrefix(name, "inputs.parameters."); ok {
		return u.Template.Inputs.Parameter(p) != nil
	}
	if name == "workflow.failures" {
		return u.Run.failures || u.Run.handlers[u.Template]
	}
	return u.Run.knows(name) || u.around != nil && u.around(name)
}

// knows reports whether a global name without a value is in scope by now.
func (r *Run) knows(name string) bool {
	switch {
	case r.TemplateMode && strings.HasPrefix(name, "workflow.parameters"):
		return true
	case r.anyParameter && strings.HasPrefix(name, "workflow.outputs.parameters."),
		r.anyArtifact && strings.HasPrefix(name, "workflow.outputs.artifacts."):
		return true
	}
	return r.produced[name] || !r.exact && hasAnyPrefix(name, givenByController[:])
}

// givenByController begin the names of labels and annotations that the
// controller sets when a run starts, whoever starts it.
var givenByController = [...]string{"workflow.labels.workflows.argoproj.io/", "workflow.annotations.workflows.argoproj.io/"}

// names are the names with a value in the template itself, sorted.
func (u *Use) names() []string {
	vars := maps.Clone(all{u}.Vars())
	for _, a := range u.Template.Inputs.Artifacts {
		vars["inputs.artifacts."+a.Name.Text()] = ""
	}
	vars["workflow.status"] = ""
	return slices.Sorted(maps.Keys(vars))
}

// names are what the siblings offer, sorted.
func (g *group) names() []string {
	if g == nil {
		return nil
	}
	var out []string
	for id, m := range g.members {
		if id == "" {
			continue
		}
		for _, what := range []string{"id", "status", "startedAt", "finishedAt", "hostNodeName", "ip", "outputs.result", "exitCode", "outputs.parameters"} {
			if m.offers(what, always) {
				out = append(out, g.root+id+"."+what)
			}
		}
		if m.use == nil {
			continue
		}
		for _, p := range m.use.Template.Outputs.Parameters {
			out = append(out, g.root+id+".outputs.parameters."+m.use.Text(p.Name))
		}
		for _, a := range m.use.Template.Outputs.Artifacts {
			out = append(out, g.root+id+".outputs.artifacts."+m.use.Text(a.Name))
		}
	}
	slices.Sort(out)
	return out
}
