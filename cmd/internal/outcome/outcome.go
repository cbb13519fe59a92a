// Package outcome compares how runs of workflows ended: the same workflow in two
// places, or a run with what is recorded of an earlier one.
package outcome

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// A Run is how a run ended.
type Run struct {
	Name string
	// Nodes are the facts of each node by its path, in which the name of the run
	// is WF. Those of the run as a whole have the path "".
	Nodes map[string]Facts
}

// Facts are what there is to say of a node, by the names below. What has no value
// is not among them.
type Facts map[string]string

// The names of facts. Those that end in a space are followed by the name of a
// parameter or an artifact.
const (
	Type     = "type"
	Phase    = "phase"
	Class    = "class"
	Message  = "message"
	Template = "template"
	Boundary = "boundary"
	Children = "children"
	Daemoned = "daemoned"
	Result   = "result"
	ExitCode = "exit code"
	Input    = "input "
	Output   = "output "
	Artifact = "artifact "
)

// add adds a fact if it has a value.
func (f Facts) add(name, value string) {
	if value != "" {
		f[name] = value
	}
}

// printed is what weft run -o json prints, without times, hosts and addresses:
// they are never the same twice.
type printed struct {
	Name, Phase, Message string
	Outputs              *outputs
	Nodes                []struct {
		Path, Type, Phase, Class, Message, Template, Boundary string
		Children                                              []string
		Daemoned                                              bool
		Inputs                                                []value
		Outputs                                               *outputs
	}
}

type value struct{ Name, Value string }

type outputs struct {
	Result     *string
	ExitCode   *int
	Parameters []value
	Artifacts  []struct {
		Name     string
		Location json.RawMessage
	}
}

// Parse reads what weft run -o json prints. The fact of an artifact is what
// contents says of its location.
func Parse(text []byte, contents func(location json.RawMessage) string) (*Run, error) {
	var p printed
	if err := json.Unmarshal(text, &p); err != nil {
		return nil, fmt.Errorf("no result of a run: %w", err)
	}
	r := &Run{Name: p.Name, Nodes: map[string]Facts{}}
	addOutputs := func(f Facts, o *outputs) {
		if o == nil {
			return
		}
		if o.Result != nil {
			f[Result] = r.plain(*o.Result)
		}
		if o.ExitCode != nil {
			f[ExitCode] = fmt.Sprint(*o.ExitCode)
		}
		for _, v := range o.Parameters {
			f[Output+v.Name] = r.plain(v.Value)
		}
		for _, a := range o.Artifacts {
			f[Artifact+a.Name] = contents(a.Location)
		}
	}
	whole := Facts{Phase: p.Phase}
	whole.add(Message, r.plain(p.Message))
	addOutputs(whole, p.Outputs)
	r.Nodes[""] = whole
	for _, n := range p.Nodes {
		f := Facts{Type: n.Type, Phase: n.Phase}
		f.add(Class, r.plain(n.Class))
		f.add(Message, r.plain(n.Message))
		f.add(Template, r.plain(n.Template))
		f.add(Boundary, r.plain(n.Boundary))
		slices.Sort(n.Children) // they come in the order in which they began
		f.add(Children, r.plain(strings.Join(n.Children, " ")))
		if n.Daemoned {
			f[Daemoned] = "true"
		}
		for _, v := range n.Inputs {
			f[Input+v.Name] = r.plain(v.Value)
		}
		addOutputs(f, n.Outputs)
		r.Nodes[r.path(n.Path)] = f
	}
	return r, nil
}

// NoContents is for runs whose artifacts do not matter.
func NoContents(json.RawMessage) string { return "" }

// path is a path without the name of this run.
func (r *Run) path(path string) string { return "WF" + strings.TrimPrefix(path, r.Name) }

// address finds the addresses of Pods, which are never the same twice.
var address = regexp.MustCompile(`\b(?:10|127)\.\d{1,3}\.\d{1,3}\.\d{1,3}\b`)

// moment finds times, as in workflow.failures.
var moment = regexp.MustCompile(`\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z`)

// plain is a text without what only this run has.
func (r *Run) plain(text string) string {
	text = strings.ReplaceAll(text, r.Name, "WF")
	return moment.ReplaceAllString(address.ReplaceAllString(text, "IP"), "TIME")
}

// Differences says, in lines, what two runs do not have in common. Facts that
// ignore is true of are not looked at; nil ignores none.
func Differences(got, want *Run, ignore func(name string) bool) []string {
	var all []string
	paths := slices.Sorted(maps.Keys(got.Nodes))
	for path := range want.Nodes {
		if _, ok := got.Nodes[path]; !ok {
			paths = append(paths, path)
		}
	}
	for _, path := range paths {
		g, w := got.Nodes[path], want.Nodes[path]
		switch {
		case g == nil:
			all = append(all, fmt.Sprintf("no node %s %s %s", path, w[Type], w[Phase]))
		case w == nil:
			all = append(all, strings.TrimSpace(fmt.Sprintf("extra node %s %s %s %s", path, g[Type], g[Phase], g[Message])))
		default:
			all = append(all, differing(path, g, w, ignore)...)
		}
	}
	return all
}

// differing compares the facts of one node.
func differing(path string, got, want Facts, ignore func(name string) bool) []string {
	var all []string
	names := maps.Clone(got)
	maps.Copy(names, want)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if ignore != nil && ignore(name) {
			continue
		}
		g, gotIt := got[name]
		w, wanted := want[name]
		if g == w && gotIt == wanted {
			continue
		}
		if path == "" {
			path = "the run"
		}
		line := fmt.Sprintf("%s has %s %s, want %s", path, name, quoted(g, gotIt), quoted(w, wanted))
		if name == Phase && got[Message] != "" {
			line += ": " + got[Message]
		}
		all = append(all, line)
	}
	return all
}

func quoted(text string, there bool) string {
	if !there {
		return "none"
	}
	return fmt.Sprintf("%q", text)
}
