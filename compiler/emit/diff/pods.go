package diff

import (
	"regexp"
	"slices"
	"strings"

	"github.com/weft-lang/weft/compiler/emit/pods"
	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/yaml"
)

// Pods are nodes of a run whose Pods differ in the same way.
type Pods struct {
	Action  Action   `json:"action"`
	Nodes   []string `json:"nodes"` // paths below the run, without groups, items and attempts
	Changes []Change `json:"changes,omitempty"`
}

// of are the manifests of the object that a document holds.
func (v Version) of(d *tree.Document) []pods.Manifest {
	var out []pods.Manifest
	for _, m := range v.Manifests {
		if d != nil && m.Of.Doc == d && len(m.Objects) > 0 && m.Node != "" {
			out = append(out, m)
		}
	}
	return out
}

// comparePods compares the Pods of nodes with the same path. When an object came
// or went there is nothing to tell: all its Pods did.
func comparePods(before, after []pods.Manifest) []Pods {
	if len(before) == 0 || len(after) == 0 {
		return nil
	}
	var out []Pods
	add := func(p Pods) {
		same := func(o Pods) bool { return o.Action == p.Action && slices.Equal(o.Changes, p.Changes) }
		if i := slices.IndexFunc(out, same); i >= 0 {
			out[i].Nodes = append(out[i].Nodes, p.Nodes...)
			return
		}
		out = append(out, p)
	}
	rest := map[string]pods.Manifest{}
	for _, m := range after {
		rest[nodeOf(m)] = m
	}
	for _, old := range before {
		node := nodeOf(old)
		now, there := rest[node]
		delete(rest, node)
		if !there {
			add(Pods{Action: Removed, Nodes: []string{node}})
			continue
		}
		w := walker{}
		w.compare(podShape(old), podShape(now), place{})
		if len(w.changes) > 0 {
			add(Pods{Action: Changed, Nodes: []string{node}, Changes: w.changes})
		}
	}
	for _, m := range after {
		if node := nodeOf(m); rest[node].Node != "" {
			add(Pods{Action: Added, Nodes: []string{node}})
		}
	}
	return out
}

// turns match groups, items and attempts in the path of a node. Items have no
// parentheses there.
var turns = regexp.MustCompile(`\([^)]*\)|\[\d+\]`)

// nodeOf is the path of a node below its run, without groups, items and attempts:
// so a step is found again when its loop or its retries change, or when steps
// come before it.
func nodeOf(m pods.Manifest) string {
	path := turns.ReplaceAllString(strings.TrimPrefix(m.Node, m.Run), "")
	if path = strings.TrimPrefix(path, "."); path == "" {
		return m.Run
	}
	return path
}

// podShape is the shape of a Pod and of what its agent is told. What follows
// from the name of the run is left out.
func podShape(m pods.Manifest) *shape {
	s := &shape{children: map[string]*shape{}}
	list := &shape{role: containers, children: map[string]*shape{}}
	for _, o := range m.Objects {
		n := pods.Tree(o)
		if data := n.Get("data").Get("instructions.json"); data != nil {
			s.put("instructions", told(data))
			continue
		}
		metadata := n.Get("metadata")
		if text := metadata.Get("annotations").Get(pod.AnnotationInstructions); text != nil {
			s.put("instructions", told(text))
		}
		s.put("labels", of(ours(metadata.Get("labels")), "labels"))
		s.put("annotations", of(ours(metadata.Get("annotations")), "annotations"))
		spec := n.Get("spec")
		for _, c := range slices.Concat(spec.Get("initContainers").List(), spec.Get("containers").List()) {
			list.put(c.Get("name").Text(), ofNamed(c, ""))
		}
		if spec != nil {
			for _, e := range spec.Entries {
				if e.Key.Value != "containers" && e.Key.Value != "initContainers" {
					s.put(e.Key.Value, of(e.Value, e.Key.Value))
				}
			}
		}
	}
	s.put("containers", list)
	return s
}

// told is what the agent is told, without the name of its node.
func told(text *tree.Node) *shape {
	docs, _ := yaml.Parse(source.NewFile("instructions", text.Text()))
	if len(docs) != 1 {
		return scalar(text.Text())
	}
	root := docs[0].Root
	s := of(without(root, func(key string) bool { return key == "node" || key == "processes" }), "")
	processes := &shape{children: map[string]*shape{}}
	for _, p := range root.Get("processes").List() {
		processes.put(p.Get("container").Text(), of(without(p, func(key string) bool { return key == "container" }), ""))
	}
	s.put("processes", processes)
	return s
}

// ours are labels or annotations without those of weft.
func ours(n *tree.Node) *tree.Node {
	return without(n, func(key string) bool { return strings.HasPrefix(key, "weft.dev/") })
}

func without(n *tree.Node, gone func(key string) bool) *tree.Node {
	if n == nil {
		return nil
	}
	out := *n
	out.Entries = slices.DeleteFunc(slices.Clone(n.Entries), func(e tree.Entry) bool { return gone(e.Key.Value) })
	return &out
}
