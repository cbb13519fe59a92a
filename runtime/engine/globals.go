package engine

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/tree"
)

// globals are the names below workflow. A value of this type never changes:
// what changes makes a new one, since Pods may be built from the old at the
// same time.
type globals struct {
	fixed      map[string]string // without "workflow."
	status     Phase
	failures   string // "" until the exit handler begins
	started    int64
	parameters []Value
	artifacts  []Artifact
}

func (g *globals) lookup(rest string, now int64) (string, bool) {
	if v, ok := g.fixed[rest]; ok {
		return v, true
	}
	switch rest {
	case "status":
		return g.status.String(), true
	case "duration":
		return g.duration(now), true
	case "failures":
		return g.failures, g.failures != ""
	}
	if name, ok := strings.CutPrefix(rest, "outputs.parameters."); ok {
		for _, p := range g.parameters {
			if p.Name == name {
				return p.Value, true
			}
		}
	}
	return "", false
}

// duration is how long the run has gone on, in seconds.
func (g *globals) duration(now int64) string {
	if g.started == 0 {
		now = 0
	}
	return fmt.Sprintf("%f", time.Duration(now-g.started).Seconds())
}

func (g *globals) artifact(name string) (json.RawMessage, known) {
	for _, a := range g.artifacts {
		if a.Name == name {
			return a.Location, present
		}
	}
	return nil, absent
}

func (g *globals) each(now int64, yield func(string, any)) {
	for name, v := range g.fixed {
		yield("workflow."+name, v)
	}
	yield("workflow.status", g.status.String())
	yield("workflow.duration", g.duration(now))
	if g.failures != "" {
		yield("workflow.failures", g.failures)
	}
	for _, p := range g.parameters {
		yield("workflow.outputs.parameters."+p.Name, p.Value)
	}
	for _, a := range g.artifacts {
		yield("workflow.outputs.artifacts."+a.Name, decoded(a.Location))
	}
}

// export makes outputs with a global name known to the whole run. The last
// writer wins.
func (e *Engine) export(parameters []Value, artifacts []Artifact) {
	g := *e.globals
	g.parameters, g.artifacts = slices.Clone(g.parameters), slices.Clone(g.artifacts)
	for _, p := range parameters {
		i := slices.IndexFunc(g.parameters, func(o Value) bool { return o.Name == p.Name })
		if i < 0 {
			g.parameters = append(g.parameters, p)
		} else {
			g.parameters[i] = p
		}
	}
	for _, a := range artifacts {
		i := slices.IndexFunc(g.artifacts, func(o Artifact) bool { return o.Name == a.Name })
		if i < 0 {
			g.artifacts = append(g.artifacts, a)
		} else {
			g.artifacts[i] = a
		}
	}
	e.globals = &g
}

// fixedNames are the names below workflow that are known before it begins. The
// parameters come later: see parameters.
func (e *Engine) fixedNames() map[string]string {
	account := e.planner.field("serviceAccountName").Text()
	if account == "" {
		account = "default"
	}
	names := map[string]string{
		"name": e.cfg.Name, "namespace": e.cfg.Namespace, "uid": e.cfg.UID, "serviceAccountName": account, "mainEntrypoint": e.entry.name,
	}
	if n := e.planner.field("priority"); !n.IsNull() {
		names["priority"] = n.Text()
	}
	creationNames(names, e.cfg.Created)
	metadata := e.planner.field("workflowMetadata")
	e.nameMetadata(names, textsOf(metadata.Get("labels")), textsOf(metadata.Get("annotations")))
	if at, ok := names["annotations.workflows.argoproj.io/scheduled-time"]; ok {
		names["scheduledTime"] = at
	} else if e.cfg.Object.Kind == ir.CronWorkflow {
		names["scheduledTime"] = names["creationTimestamp"] // it runs now, whatever its schedule says
	}
	return names
}

// nameMetadata makes labels and annotations known: those of the object, those that
// workflowMetadata adds, and those given to New, which win over all.
func (e *Engine) nameMetadata(names map[string]string, labels, annotations map[string]string) {
	o := e.cfg.Object
	mapNames(names, "labels", textsOf(o.Labels()), labels, e.cfg.Labels)
	mapNames(names, "annotations", textsOf(o.Annotations()), annotations, e.cfg.Annotations)
}

// fillMetadata fills what workflowMetadata adds, which may take parameters.
func (e *Engine) fillMetadata() error {
	s, metadata := e.inside(NoNode), e.planner.field("workflowMetadata")
	labels, annotations := textsOf(metadata.Get("labels")), textsOf(metadata.Get("annotations"))
	for _, m := range []map[string]string{labels, annotations} {
		for k, v := range m {
			t := readText(v)
			var err error
			if m[k], err = s.fill(&t); err != nil {
				return fmt.Errorf("workflowMetadata: %q: %w", k, err)
			}
		}
	}
	if from := metadata.Get("labelsFrom"); !from.IsNull() {
		for _, entry := range from.Entries {
			v, err := s.text(newExpression(entry.Value.Get("expression").Text()))
			if err != nil {
				return fmt.Errorf("workflowMetadata: label %q: %w", entry.Key.Value, err)
			}
			labels[entry.Key.Value] = v
		}
	}
	g := *e.globals
	g.fixed = maps.Clone(g.fixed)
	e.nameMetadata(g.fixed, labels, annotations)
	e.globals = &g
	return nil
}

// textsOf are the values of a map of texts.
func textsOf(n *tree.Node) map[string]string {
	texts := map[string]string{}
	if n != nil && n.Kind == tree.Map {
		for _, entry := range n.Entries {
			texts[entry.Key.Value] = entry.Value.Text()
		}
	}
	return texts
}

// mapNames adds labels or annotations; later sources win over earlier ones.
func mapNames(names map[string]string, kind string, from ...map[string]string) {
	all := map[string]string{}
	for _, m := range from {
		maps.Copy(all, m)
	}
	for k, v := range all {
		names[kind+"."+k] = v
	}
	names[kind] = compactJSON(all)
	names[kind+".json"] = names[kind]
}

// stamps are what a letter behind workflow.creationTimestamp means.
var stamps = map[string]string{
	"a": "Mon", "A": "Monday", "b": "Jan", "B": "January", "d": "02", "H": "15", "I": "03", "L": ".000", "m": "01", "M": "04",
	"p": "PM", "S": "05", "y": "06", "Y": "2006", "z": "-0700", "Z": "MST", "RFC3339": time.RFC3339,
}

func creationNames(names map[string]string, created time.Time) {
	created = created.UTC()
	names["creationTimestamp"] = created.Format(time.RFC3339)
	names["creationTimestamp.s"] = strconv.FormatInt(created.Unix(), 10)
	for letter, layout := range stamps {
		names["creationTimestamp."+letter] = strings.TrimPrefix(created.Format(layout), ".")
	}
}

// failuresText lists what failed, for the exit handler. It is quoted twice, as in
// the reference, so that it can stand in a command.
func (e *Engine) failuresText() string {
	type failure struct {
		DisplayName  string `json:"displayName"`
		Message      string `json:"message"`
		TemplateName string `json:"templateName"`
		Phase        string `json:"phase"`
		PodName      string `json:"podName"`
		FinishedAt   string `json:"finishedAt"`
	}
	var list []failure
	for id := range NodeID(e.count) {
		n := e.at(id)
		if n.typ != PodNode || !n.phase.Bad() || n.stage == stageGone {
			continue
		}
		list = append(list, failure{
			e.displayName(id), n.message, n.plan.name, n.phase.String(), e.path(id), nanos(n.finished).Format(time.RFC3339),
		})
	}
	if list == nil {
		return "null"
	}
	return strconv.Quote(compactJSON(list))
}
