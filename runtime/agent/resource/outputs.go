package resource

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/itchyny/gojq"
	"k8s.io/client-go/util/jsonpath"

	"github.com/weft-lang/weft/compiler/pod/instructions"
	"github.com/weft-lang/weft/runtime/record"
)

// maxParameter bounds an output parameter: a record holds no more.
const maxParameter = 1 << 20

// A path leads to the value of an output parameter.
type path struct {
	parameter instructions.Parameter
	// read returns the value, and false when there is none.
	read func(ctx context.Context, o any) (value string, ok bool, err error)
}

// parsePaths reads the paths of all output parameters.
func parsePaths(parameters []instructions.Parameter) ([]path, error) {
	var paths []path
	for _, p := range parameters {
		parse, text := parseJSONPath, p.JSONPath
		if text == "" {
			parse, text = parseJQ, p.JQ
		}
		read, err := parse(text)
		if err != nil {
			return nil, fmt.Errorf("output parameter %q: %w", p.Name, err)
		}
		paths = append(paths, path{p, read})
	}
	return paths, nil
}

// outputs reads the output parameters from what was found: one object, or
// several as a list.
func (w *worker) outputs(ctx context.Context, found []seen) ([]record.Value, error) {
	var values []record.Value
	from := w.whole(found)
	for _, p := range w.paths {
		value, ok := "", false
		var err error
		if from != nil {
			value, ok, err = p.read(ctx, from)
		}
		if fallback := p.parameter.Default; fallback != nil && (!ok || err != nil) {
			value, err = *fallback, nil
		}
		if err == nil && len(value) > maxParameter {
			err = fmt.Errorf("it has %d bytes, and a parameter at most %d", len(value), maxParameter)
		}
		if err != nil {
			return nil, fmt.Errorf("output parameter %q: %w", p.parameter.Name, err)
		}
		values = append(values, record.Value{Name: p.parameter.Name, Value: value})
	}
	return values, nil
}

// whole is what outputs are read from, nil when nothing was found.
func (w *worker) whole(found []seen) any {
	objects := make([]object, len(found))
	for i, s := range found {
		objects[i] = s.object
		// Who set which field is longer than all the rest, and no output.
		delete(s.object.meta(), "managedFields")
	}
	switch {
	case len(found) == 0:
		return nil
	case len(found) == 1:
		return plain(map[string]any(objects[0]))
	}
	return plain(map[string]any(listOf(objects)))
}

// plain is v with numbers of Go in place of those of JSON.
func plain(v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := make(map[string]any, len(v))
		for key, value := range v {
			m[key] = plain(value)
		}
		return m
	case []any:
		list := make([]any, len(v))
		for i, value := range v {
			list[i] = plain(value)
		}
		return list
	case json.Number:
		if i, err := v.Int64(); err == nil {
			return int(i)
		}
		f, _ := v.Float64() // what is too large is infinite
		return f
	}
	return v
}

type reader = func(context.Context, any) (string, bool, error)

// parseJSONPath reads a template as kubectl -o jsonpath does: only what stands
// in braces is looked up, and what is not there is empty.
func parseJSONPath(text string) (reader, error) {
	parsed := jsonpath.New("output")
	if err := parsed.Parse(text); err != nil {
		return nil, fmt.Errorf("the jsonPath %q cannot be read: %w", text, err)
	}
	strict := jsonpath.New("output")
	if err := strict.Parse(text); err != nil {
		return nil, err
	}
	parsed.AllowMissingKeys(true)
	return func(_ context.Context, o any) (string, bool, error) {
		var b strings.Builder
		if err := parsed.Execute(&b, o); err != nil {
			return "", false, fmt.Errorf("the jsonPath %q: %w", text, err)
		}
		_, err := strict.FindResults(o)
		return b.String(), err == nil, nil
	}, nil
}

// parseJQ reads a jq program. Its results are joined by line breaks; texts stand
// without quotes.
func parseJQ(text string) (reader, error) {
	query, err := gojq.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("the jqFilter %q cannot be read: %w", text, err)
	}
	code, err := gojq.Compile(query)
	if err != nil {
		return nil, fmt.Errorf("the jqFilter %q cannot be read: %w", text, err)
	}
	return func(ctx context.Context, o any) (string, bool, error) {
		var b strings.Builder
		for results := code.RunWithContext(ctx, o); ; {
			v, ok := results.Next()
			if !ok {
				return strings.TrimSpace(b.String()), b.Len() > 0, nil
			}
			if err := emit(&b, v); err != nil {
				return "", false, fmt.Errorf("the jqFilter %q: %w", text, err)
			}
			if b.Len() > maxParameter {
				return "", false, fmt.Errorf("the jqFilter %q gives more than %d bytes", text, maxParameter)
			}
		}
	}, nil
}

// emit writes one result of a jq program.
func emit(b *strings.Builder, v any) error {
	switch v := v.(type) {
	case error:
		return v
	case string:
		b.WriteString(v)
	default:
		text, err := gojq.Marshal(v)
		if err != nil {
			return err
		}
		b.Write(text)
	}
	b.WriteByte('\n')
	return nil
}
