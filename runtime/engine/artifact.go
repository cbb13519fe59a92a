package engine

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/weft-lang/weft/lang/tree"
)

// locations are the fields of an artifact that say where it is, with the field
// below them that names it.
var locations = map[string]string{
	"s3": "key", "gcs": "key", "oss": "key", "azure": "blob", "artifactory": "url", "hdfs": "path", "plugin": "key", "http": "url",
	"folder": "key", "git": "", "raw": "",
}

// hasLocation reports whether an artifact says itself where it is.
func hasLocation(n *tree.Node) bool {
	for name := range locations {
		if n.Has(name) {
			return true
		}
	}
	return false
}

// artifact is the artifact of a name such as steps.a.outputs.artifacts.x.
func (s *scope) artifact(key string) (json.RawMessage, known) {
	root, rest, _ := strings.Cut(key, ".")
	switch root {
	case "inputs":
		name, _ := strings.CutPrefix(rest, "artifacts.")
		if s.frame != nil && s.frame.more != nil && s.frame.more.artifacts[name] != nil {
			return encoded(plain(s.frame.more.artifacts[name])), present
		}
		return nil, absent
	case "workflow":
		name, _ := strings.CutPrefix(rest, "outputs.artifacts.")
		return s.e.globals.artifact(name)
	case "steps", "tasks":
		name, attribute, _ := strings.Cut(rest, ".")
		if s.node == NoNode {
			return nil, unknown
		}
		id, t, c := s.find(root, name)
		if c == nil || t != nil && t.loop != nil {
			return nil, unknown
		}
		wanted, _ := strings.CutPrefix(attribute, "outputs.artifacts.")
		for _, a := range s.e.artifactsOf(id) {
			if a.Name == wanted {
				return a.Location, present
			}
		}
		return nil, absent
	}
	return nil, unknown
}

// source is the artifact that from or fromExpression leads to; nil when there
// is none.
func (s *scope) source(from text, x *expression, subPath text) (json.RawMessage, error) {
	var found json.RawMessage
	switch {
	case x != nil:
		v, err := s.eval(x)
		if err != nil {
			return nil, err
		}
		if v == nil {
			return nil, nil
		}
		if _, ok := v.(map[string]any); !ok {
			return nil, fmt.Errorf("the expression %q yields no artifact", x.Text)
		}
		found = encoded(v)
	default:
		key := strings.TrimSpace(from.raw)
		if len(from.parts) > 0 {
			if key = from.parts[0].key; from.nested {
				filled, err := s.fillNested(from.raw)
				if err != nil {
					return nil, err
				}
				key = filled
			}
		}
		key = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(key, "{{"), "}}"))
		location, known := s.artifact(key)
		if known == unknown {
			return nil, fmt.Errorf("%q names no artifact that is known here", key)
		}
		found = location
	}
	sub, err := s.fill(&subPath)
	if err != nil || sub == "" || found == nil {
		return found, err
	}
	return below(found, sub), nil
}

// below is the location of something inside an artifact.
func below(location json.RawMessage, sub string) json.RawMessage {
	m, _ := decoded(location).(map[string]any)
	for name, field := range locations {
		if l, ok := m[name].(map[string]any); ok && field != "" {
			key, _ := l[field].(string)
			// No path.Join: the key may be an address, or hold what a path would not.
			l[field] = strings.TrimSuffix(strings.TrimSuffix(key, "/")+path.Clean("/"+sub), "/")
		}
	}
	return encoded(m)
}

// decoded is JSON as maps, lists and scalars.
func decoded(raw json.RawMessage) any {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return nil
	}
	return v
}

func encoded(v any) json.RawMessage { return json.RawMessage(compactJSON(v)) }

// plain is a tree as maps, lists and scalars.
func plain(n *tree.Node) any {
	switch {
	case n.IsNull():
		return nil
	case n.Kind == tree.Map:
		m := make(map[string]any, len(n.Entries))
		for _, e := range n.Entries {
			m[e.Key.Value] = plain(e.Value)
		}
		return m
	case n.Kind == tree.List:
		list := make([]any, len(n.Items))
		for i, it := range n.Items {
			list[i] = plain(it)
		}
		return list
	case n.Kind == tree.Bool:
		return n.Value == "true"
	case n.Kind == tree.Int || n.Kind == tree.Float:
		return json.Number(n.Value)
	}
	return n.Value
}

// grown is the tree of maps, lists and scalars.
func grown(v any) *tree.Node {
	switch v := v.(type) {
	case map[string]any:
		n := &tree.Node{Kind: tree.Map}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			n.Entries = append(n.Entries, tree.Entry{Key: &tree.Node{Kind: tree.String, Value: key}, Value: grown(v[key])})
		}
		return n
	case []any:
		n := &tree.Node{Kind: tree.List}
		for _, it := range v {
			n.Items = append(n.Items, grown(it))
		}
		return n
	case string:
		return &tree.Node{Kind: tree.String, Value: v}
	case bool:
		if v {
			return &tree.Node{Kind: tree.Bool, Value: "true"}
		}
		return &tree.Node{Kind: tree.Bool, Value: "false"}
	case json.Number:
		if strings.ContainsAny(v.String(), ".eE") {
			return &tree.Node{Kind: tree.Float, Value: v.String()}
		}
		return &tree.Node{Kind: tree.Int, Value: v.String()}
	}
	return &tree.Node{Kind: tree.Null}
}
