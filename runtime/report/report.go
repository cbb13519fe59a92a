// Package report shows a run to people: as a tree of lines, as JSON, and as one
// static page. It only looks; what a run means is decided elsewhere.
package report

import (
	"encoding/json"
	"io"
	"time"

	"github.com/weft-lang/weft/runtime/engine"
)

// A Run is what is known of a run at one moment.
type Run struct {
	Name       string          `json:"name"`
	Phase      engine.Phase    `json:"phase"`
	Message    string          `json:"message,omitempty"`
	Started    time.Time       `json:"started,omitzero"`
	Finished   time.Time       `json:"finished,omitzero"`
	Parameters []engine.Value  `json:"parameters,omitempty"`
	Suspended  bool            `json:"suspended,omitempty"`
	Outputs    *engine.Outputs `json:"outputs,omitempty"`
	Nodes      []engine.View   `json:"-"`
}

// Version is the version of the JSON.
const Version = 1

// A node is the JSON of an engine.View: nodes refer to each other by path.
type node struct {
	Path     string          `json:"path"`
	Name     string          `json:"name"`
	Type     engine.NodeType `json:"type"`
	Phase    engine.Phase    `json:"phase"`
	Message  string          `json:"message,omitempty"`
	Class    engine.Class    `json:"class,omitempty"`
	Template string          `json:"template,omitempty"`
	Boundary string          `json:"boundary,omitempty"`
	Children []string        `json:"children,omitempty"`
	Started  time.Time       `json:"started,omitzero"`
	Finished time.Time       `json:"finished,omitzero"`
	Daemoned bool            `json:"daemoned,omitempty"`
	Host     string          `json:"host,omitempty"`
	Inputs   []engine.Value  `json:"inputs,omitempty"`
	Outputs  *engine.Outputs `json:"outputs,omitempty"`
}

// JSON prints the run as one object with all its nodes.
func JSON(w io.Writer, r *Run) error {
	var nodes []node
	for _, v := range r.Nodes {
		if gone(v) {
			continue
		}
		n := node{
			Path: v.Path, Name: v.DisplayName, Type: v.Type, Phase: v.Phase, Message: v.Message, Class: v.Class,
			Template: v.Template, Started: v.Started, Finished: v.Finished, Daemoned: v.Daemoned, Host: v.Host,
			Inputs: v.Inputs, Outputs: v.Outputs,
		}
		if v.Boundary >= 0 {
			n.Boundary = r.Nodes[v.Boundary].Path
		}
		for _, c := range v.Children {
			if !gone(r.Nodes[c]) {
				n.Children = append(n.Children, r.Nodes[c].Path)
			}
		}
		nodes = append(nodes, n)
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(struct {
		Version int `json:"version"`
		*Run
		Nodes []node `json:"nodes"`
	}{Version, r, nodes})
}

// Duration is how long something took, or has taken until now.
func Duration(started, finished, now time.Time) time.Duration {
	switch {
	case started.IsZero():
		return 0
	case finished.IsZero():
		return max(now.Sub(started), 0)
	}
	return max(finished.Sub(started), 0)
}

// Short is a duration for a narrow column: 250ms, 3.1s, 2m05s, 1h02m.
func Short(d time.Duration) string {
	switch {
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < 10*time.Second:
		return d.Round(100 * time.Millisecond).String()
	case d < time.Minute:
		return d.Round(time.Second).String()
	case d < time.Hour:
		d = d.Round(time.Second)
		return twoParts(d/time.Minute, "m", d%time.Minute/time.Second, "s")
	}
	d = d.Round(time.Minute)
	return twoParts(d/time.Hour, "h", d%time.Hour/time.Minute, "m")
}
