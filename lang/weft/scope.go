package weft

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
)

// unit is what one document, or one imported file, declares.
type unit struct {
	params    map[string]declared // document parameters and their types
	templates map[string][]param
	names     []string           // of templates, in order
	imports   map[string]*linked // by alias
	prefix    string             // put before the names of an imported file's own templates
	broken    map[string]bool    // names declared by statements that could not be read
	library   *library           // of an imported file, else nil
	unknowns  int                // how many names led nowhere
}

// param is what a call has to know about a parameter of a template.
type param struct {
	name string
	typ  declared
}

// linked is what an alias stands for.
type linked struct {
	kind string // "workflowTemplate", "clusterWorkflowTemplate", or "" for a file
	name string
	unit *unit // of a file
}

// scope resolves names at one place of a document.
type scope struct {
	*unit
	inputs map[string]declared // template parameters and their types
	root   string              // "steps" or "tasks" inside such a template, else ""
	steps  map[string]*stepInfo
	loop   string // the loop variable, "" outside of loops
	rows   []*tree.Node
	around map[string]*stepInfo // of an inline template: the steps beside it, which it cannot see
	closed bool                 // the place takes no names at all: a manifest
}

// within is the scope of a template at this place: of one on its own, or of an
// inline one, which sees the parameters and the loop around it.
func (s *scope) within() *scope {
	in := &scope{unit: s.unit, inputs: map[string]declared{}, steps: map[string]*stepInfo{}, loop: s.loop, rows: s.rows, around: s.steps}
	maps.Copy(in.inputs, s.inputs)
	return in
}

// declareInput adds a parameter, which hides the loop variable around it.
func (s *scope) declareInput(name string, typ declared) {
	s.inputs[name] = typ
	if s.loop == name {
		s.loop, s.rows = "", nil
	}
}

// stepInfo is what references to a step have to know.
type stepInfo struct{ looped bool }

// reference is what a name resolves to.
type reference struct {
	path string // between {{ and }}
	typ  declared
}

// nameError is why a name does not resolve.
type nameError struct {
	part    int // index of the part at fault
	message string
	help    string
	near    string // what to write instead, "" if unknown
	rule    string
}

// resolve finds what parts name, innermost scope first.
func (s *scope) resolve(parts []string) (reference, *nameError) {
	head, rest := parts[0], parts[1:]
	if s.closed {
		return reference{}, &nameError{rule: RuleUnknownName, message: fmt.Sprintf("the name %q stands for nothing here", head), help: "put text in double quotes, and write $${ for the two characters ${"}
	}
	if s.loop != "" && head == s.loop {
		return s.resolveItem(rest)
	}
	if typ, ok := s.inputs[head]; ok {
		return leaf("inputs.parameters."+head, typ, head, rest)
	}
	if step, ok := s.steps[head]; ok {
		return s.resolveStep(head, step, rest)
	}
	if typ, ok := s.params[head]; ok {
		if s.library != nil && len(rest) == 0 {
			s.library.params[head] = true
		}
		return leaf("workflow.parameters."+head, typ, head, rest)
	}
	if s.around[head] != nil {
		return reference{}, &nameError{
			rule: RuleUnknownName, message: fmt.Sprintf("an inline template cannot see the step %q", head),
			help: fmt.Sprintf("give it a parameter, NAME = container(x) { ... }, and behind it the value: { arguments.parameters [{ name: \"x\", value: %s }] }", strings.Join(parts, ".")),
		}
	}
	if roots[head] {
		return reference{path: strings.Join(parts, ".")}, nil
	}
	return reference{}, s.unknown(head)
}

func leaf(path string, typ declared, name string, rest []string) (reference, *nameError) {
	if len(rest) > 0 {
		return reference{}, &nameError{part: 1, rule: RuleUnknownName, message: fmt.Sprintf("parameter %q has no parts", name), help: "a parameter is one text; take fields out of JSON with an expression tag"}
	}
	return reference{path: path, typ: typ}, nil
}

func (s *scope) resolveItem(rest []string) (reference, *nameError) {
	if len(rest) == 0 {
		return reference{path: "item"}, nil
	}
	for _, row := range s.rows {
		if row.Kind == tree.Map && row.Get(rest[0]) == nil {
			var keys []string
			for _, r := range s.rows {
				for _, e := range r.Entries {
					keys = append(keys, e.Key.Value)
				}
			}
			e := &nameError{part: 1, rule: RuleMatrix, message: fmt.Sprintf("%q is missing in at least one row of the matrix", rest[0])}
			if near, ok := nearest(rest[0], keys); ok {
				e.near, e.help = near, didYouMean(near)
			} else {
				e.help = "add it as a dimension, or include it in every row"
			}
			return reference{}, e
		}
	}
	return reference{path: "item." + strings.Join(rest, ".")}, nil
}

func (s *scope) resolveStep(name string, step *stepInfo, rest []string) (reference, *nameError) {
	path := s.root + "." + name + "."
	if len(rest) == 0 {
		return reference{}, &nameError{
			rule: RuleUnknownName, message: fmt.Sprintf("step %q is not a value", name),
			help: fmt.Sprintf("write %s.result, %s.outputs.NAME, %s.artifacts.NAME or %s.status", name, name, name, name),
		}
	}
	var result declared
	if step.looped {
		result.name = "json"
	}
	switch rest[0] {
	case "result":
		if len(rest) == 1 {
			return reference{path: path + "outputs.result", typ: result}, nil
		}
	case "outputs":
		if len(rest) == 1 {
			return reference{path: path + "outputs.parameters", typ: result}, nil
		}
		return reference{path: path + "outputs.parameters." + strings.Join(rest[1:], "."), typ: result}, nil
	case "artifacts":
		if len(rest) > 1 {
			return reference{path: path + "outputs.artifacts." + strings.Join(rest[1:], ".")}, nil
		}
	default:
		if slices.Contains(stepFields, rest[0]) && len(rest) == 1 {
			return reference{path: path + rest[0]}, nil
		}
	}
	e := &nameError{part: 1, rule: RuleUnknownName, message: fmt.Sprintf("a step has no %q", strings.Join(rest, "."))}
	if near, ok := nearest(rest[0], stepFields); ok {
		e.near, e.help = near, didYouMean(near)
	} else {
		e.help = "it has result, status, exitCode, ip, id, startedAt, finishedAt, outputs.NAME and artifacts.NAME"
	}
	return reference{}, e
}

// unknown explains that head is not a name, or says nothing if the statement
// that declares it was already reported.
func (s *scope) unknown(head string) *nameError {
	if s.broken[head] {
		return nil
	}
	e := &nameError{rule: RuleUnknownName, message: fmt.Sprintf("nothing is called %q here", head)}
	if b, ok := yamlBooleans[head]; ok {
		e.near, e.help = b, fmt.Sprintf("write %s, or %q if it is text", b, head)
		return e
	}
	if !s.suggests() {
		return e
	}
	var known []string
	if s.loop != "" {
		known = append(known, s.loop)
	}
	for n := range s.inputs {
		known = append(known, n)
	}
	for n := range s.steps {
		known = append(known, n)
	}
	for n := range s.params {
		known = append(known, n)
	}
	for n := range s.broken {
		known = append(known, n)
	}
	slices.Sort(known)
	if near, ok := nearest(head, append(known, sortedRoots()...)); ok {
		e.near, e.help = near, didYouMean(near)
	}
	return e
}

// yamlBooleans are words that YAML takes for true and false.
var yamlBooleans = map[string]string{"yes": "true", "on": "true", "True": "true", "no": "false", "off": "false", "False": "false"}

// suggests reports whether to look for what an unknown name was meant to be:
// for the first hundred of a document, so that the time stays linear.
func (u *unit) suggests() bool {
	u.unknowns++
	return u.unknowns <= 100
}

// nearTemplate is the template of the unit that name was meant to be.
func (u *unit) nearTemplate(name string) (string, bool) {
	if !u.suggests() {
		return "", false
	}
	return nearest(name, u.names)
}

// nearestSorted is nearest for candidates in no order.
func nearestSorted(name string, candidates []string) (string, bool) {
	slices.Sort(candidates)
	return nearest(name, candidates)
}

func sortedRoots() []string {
	var out []string
	for r := range roots {
		out = append(out, r)
	}
	slices.Sort(out)
	return out
}

// reportName reports that the name at span does not resolve. text says that
// the name stands bare where a text was perhaps meant.
func (l *lowerer) reportName(e *nameError, span source.Span, text bool) {
	d := diag.Diagnostic{Rule: e.rule, Severity: diag.Error, Span: span, Message: e.message, Help: e.help}
	switch {
	case e.near != "":
		near := e.near
		if !isIdent(near) && near != yamlBooleans[span.Text()] {
			near = quote(near)
		}
		d.Fixes = []diag.Fix{{Title: "write " + near, Edits: []diag.Edit{{Span: span, New: near}}}}
	case d.Help != "":
	case text:
		d.Help = "put it in double quotes if it is text"
	case strings.HasPrefix(span.Text(), "${"):
		d.Help = "write $" + span.Text() + " if it is not a reference, or use a raw string between ` and `"
		d.Fixes = fix("write $$", source.Span{File: span.File, Start: span.Start, End: span.Start}, "$")
		d.Fixes[0].Safe = false
	}
	if text {
		d.Fixes = append(d.Fixes, diag.Fix{Title: "put it in quotes", Edits: []diag.Edit{{Span: span, New: quote(span.Text())}}})
	}
	l.diags.Add(d)
}
