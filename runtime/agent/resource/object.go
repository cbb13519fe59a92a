package resource

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/yaml"
)

// object is a Kubernetes object, or whatever a manifest holds. Its numbers are
// json.Number, so that none loses a digit on its way.
type object map[string]any

func decode(text []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	return v, d.Decode(&v)
}

// at is the value below some keys, nil when there is none.
func (o object) at(keys ...string) any {
	var v any = map[string]any(o)
	for _, key := range keys {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[key]
	}
	return v
}

func (o object) str(keys ...string) string {
	s, _ := o.at(keys...).(string)
	return s
}

func (o object) name() string      { return o.str("metadata", "name") }
func (o object) uid() string       { return o.str("metadata", "uid") }
func (o object) version() string   { return o.str("metadata", "resourceVersion") }
func (o object) namespace() string { return o.str("metadata", "namespace") }

// meta is the metadata, made where there is none.
func (o object) meta() map[string]any {
	m, ok := o["metadata"].(map[string]any)
	if !ok {
		m = map[string]any{}
		o["metadata"] = m
	}
	return m
}

// text is the value at a dotted path, as text: of a map or list its JSON. A
// number in a path counts the items of a list.
func (o object) text(path string) (value string, ok bool) {
	var v any = map[string]any(o)
	for part := range strings.SplitSeq(path, ".") {
		switch in := v.(type) {
		case map[string]any:
			if v, ok = in[part]; !ok {
				return "", false
			}
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(in) {
				return "", false
			}
			v = in[i]
		default:
			return "", false
		}
	}
	switch v := v.(type) {
	case nil:
		return "", true
	case string:
		return v, true
	}
	text, err := json.Marshal(v)
	return string(text), err == nil
}

// encode is the JSON of a value that came from JSON.
func encode(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("resource: %v", err))
	}
	return text
}

// readManifest reads all documents of a manifest, YAML or JSON.
func readManifest(text string) ([]any, error) {
	docs, findings := yaml.Parse(source.NewFile("manifest", text))
	for _, d := range findings.Sorted() {
		if d.Severity == diag.Error {
			return nil, fmt.Errorf("the manifest cannot be read: line %d: %s", d.Span.File.Position(d.Span.Start).Line, d.Message)
		}
	}
	var out []any
	for _, d := range docs {
		if d.Root == nil || d.Root.IsNull() {
			continue
		}
		v, err := decode(yaml.JSON(d.Root))
		if err != nil {
			return nil, fmt.Errorf("the manifest cannot be read: %w", err)
		}
		out = append(out, v)
	}
	return out, nil
}

// objectsOf are the objects of a manifest, with lists taken apart.
func objectsOf(docs []any) ([]object, error) {
	var out []object
	for _, d := range docs {
		m, ok := d.(map[string]any)
		if !ok {
			return nil, errors.New("the manifest is no object: it needs apiVersion, kind and metadata")
		}
		o := object(m)
		for _, key := range []string{"apiVersion", "kind"} {
			if o.str(key) == "" {
				return nil, fmt.Errorf("the manifest has no %s: every object has apiVersion, kind and metadata", key)
			}
		}
		items, ok := o["items"].([]any)
		if !ok || !strings.HasSuffix(o.str("kind"), "List") {
			out = append(out, o)
			continue
		}
		inner, err := objectsOf(items)
		if err != nil {
			return nil, err
		}
		out = append(out, inner...)
	}
	return out, nil
}

// listOf is several objects as one.
func listOf(objects []object) object {
	items := make([]any, len(objects))
	for i, o := range objects {
		items[i] = map[string]any(o)
	}
	return object{"apiVersion": "v1", "kind": "List", "metadata": map[string]any{}, "items": items}
}
