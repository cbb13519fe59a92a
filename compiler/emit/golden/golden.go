// Package golden keeps what a workflow file compiles to, what it would run, and
// the Pods of that in a file beside it, so that a review shows what a change does
// and a test notices what nobody meant to change.
//
// The file is a txtar archive: sections that start with "-- NAME --". Its name
// is that of the workflow file with ".golden" behind it, an extension that no
// command takes for a workflow.
package golden

import (
	"path"
	"strings"

	"golang.org/x/tools/txtar"

	"github.com/weft-lang/weft/compiler/emit"
	"github.com/weft-lang/weft/compiler/emit/plan"
	"github.com/weft-lang/weft/compiler/emit/pods"
	"github.com/weft-lang/weft/compiler/ir"
)

// Extension is what the name of a golden file has behind that of its workflow.
const Extension = ".golden"

// agentImage has no version, so that no golden file changes when weft does.
const agentImage = "weft-agent"

// comment opens every golden file.
const comment = "What this workflow compiles to and would run. weft golden --update rewrites it.\n\n"

// Of is the golden file of one file of a project. Of each loop it has the Pods of
// the first turn: the plan tells how many there are, and the others differ in
// the item alone.
func Of(c *ir.Checked, file string, o pods.Options) ([]byte, error) {
	a := &txtar.Archive{Comment: []byte(comment)}
	add := func(name, text string) {
		if text != "" {
			a.Files = append(a.Files, txtar.File{Name: name, Data: []byte(indented(text))})
		}
	}
	add("workflow.yaml", string(emit.YAML(c, file)))
	plans := plan.Of(c, file)
	for _, p := range plans { // the folder depends on where weft was started
		p.File = path.Base(p.File)
	}
	var b strings.Builder
	if err := plan.Text(&b, plans); err != nil {
		return nil, err
	}
	add("plan.txt", b.String())
	o.FirstTurns = true
	o.Pod.AgentImage = agentImage
	all, _ := pods.Render(c, file, o) // what cannot be made says so in its place
	add("pods.yaml", string(pods.YAML(all)))
	return txtar.Format(a), nil
}

// indented moves lines that txtar would take for a section one column to the
// right. They can only stand in a block scalar at the top level.
func indented(text string) string {
	lines := strings.SplitAfter(text, "\n")
	for i, l := range lines {
		if strings.HasPrefix(l, "-- ") {
			lines[i] = " " + l
		}
	}
	return strings.Join(lines, "")
}

// A Section is one part of a golden file before and after.
type Section struct{ Name, Before, After string }

// Compare returns the sections that differ.
func Compare(before, after []byte) []Section {
	a, b := txtar.Parse(before), txtar.Parse(after)
	old := map[string]string{}
	for _, f := range a.Files {
		old[f.Name] = string(f.Data)
	}
	var out []Section
	for _, f := range b.Files {
		if old[f.Name] != string(f.Data) {
			out = append(out, Section{f.Name, old[f.Name], string(f.Data)})
		}
		delete(old, f.Name)
	}
	for _, f := range a.Files {
		if text, left := old[f.Name]; left {
			out = append(out, Section{f.Name, text, ""})
		}
	}
	return out
}
