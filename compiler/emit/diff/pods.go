package diff

import (
	"regexp"
	"slices"
	"strings"

	"github.com/weft-lang/weft/compiler/emit/pods"
	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/compiler/pod/instructions"
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

// podShape is the shape of a Pod as its template means it, and of what the agent
// is told. How the agent comes into the Pod follows from that and is left out,
// as is what follows from the name of the run.
func podShape(m pods.Manifest) *shape {
	s := &shape{children: map[string]*shape{}}
	list := &shape{role: containers, children: map[string]*shape{}}
	for _, o := range m.Objects {
		n := pods.Tree(o)
		if data := n.At("data", instructions.Key); data != nil {
			s.put("instructions", told(data))
			continue
		}
		metadata, spec := n.Get("metadata"), n.Get("spec")
		if text := metadata.Get("annotations").Get(pod.AnnotationInstructions); text != nil {
			s.put("instructions", told(text))
		}
		for _, key := range []string{"labels", "annotations"} {
			s.put(key, of(entries(metadata.Get(key), func(key string) bool { return !strings.HasPrefix(key, "weft.dev/") }), key))
		}
		for _, c := range slices.Concat(spec.Get("initContainers").List(), spec.Get("containers").List()) {
			if !isWeft(c) {
				list.put(c.Get("name").Text(), ofNamed(unwrapped(c), ""))
			}
		}
		for _, e := range spec.Entries {
			if e.Key.Value != "containers" && e.Key.Value != "initContainers" {
				s.put(e.Key.Value, of(items(e.Value), e.Key.Value))
			}
		}
	}
	s.put("containers", list)
	return s
}

// isWeft reports whether a container, volume or mount is of weft's own.
func isWeft(n *tree.Node) bool { return strings.HasPrefix(n.Get("name").Text(), "weft-") }

// items are those of a list that are not weft's own.
func items(n *tree.Node) *tree.Node {
	if n == nil || n.Kind != tree.List {
		return n
	}
	out := *n
	out.Items = slices.DeleteFunc(slices.Clone(n.Items), isWeft)
	return &out
}

// unwrapped is a container without the agent before its command and the mounts
// that the agent needs.
func unwrapped(c *tree.Node) *tree.Node {
	out := *c
	out.Entries = slices.Clone(c.Entries)
	for i, e := range out.Entries {
		value := items(e.Value)
		const words = 4 // the agent, "run", the container, "--"
		if e.Key.Value == "command" && len(value.Items) > words && value.Items[0].Text() == instructions.AgentPath {
			value.Items = value.Items[words:]
		}
		out.Entries[i].Value = value
	}
	return &out
}

// told is what the agent is told, each process under the name of its container.
func told(text *tree.Node) *shape {
	docs, _ := yaml.Parse(source.NewFile("instructions", text.Text()))
	root := entries(docs[0].Root, func(key string) bool { return key != "node" && key != "version" && key != "limit" })
	for i, e := range root.Entries {
		if e.Key.Value == "processes" {
			root.Entries[i].Value = byName(e.Value, "container")
		}
	}
	return of(root, "")
}

// byName is a list of maps with a key of theirs called name.
func byName(list *tree.Node, key string) *tree.Node {
	out := *list
	out.Items = nil
	for _, it := range list.Items {
		copied := *it
		copied.Entries = slices.Clone(it.Entries)
		for i, e := range copied.Entries {
			if e.Key.Value == key {
				name := *e.Key
				name.Value = "name"
				copied.Entries[i].Key = &name
			}
		}
		out.Items = append(out.Items, &copied)
	}
	return &out
}

// entries is a map with the keys to keep.
func entries(n *tree.Node, keep func(key string) bool) *tree.Node {
	if n == nil {
		return nil
	}
	out := *n
	out.Entries = slices.DeleteFunc(slices.Clone(n.Entries), func(e tree.Entry) bool { return !keep(e.Key.Value) })
	return &out
}
