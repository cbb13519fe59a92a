package jsonschema

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/weft-lang/weft/lang/tree"
)

// gojsonschema fetches what a $ref names, and recurses without end into a
// schema that applies itself to the same value. Neither may happen to a schema
// that somebody sends, so it is looked at first.

var (
	errOutside = errors.New(`only parts of the same schema can be referred to, as "#/definitions/NAME"`)
	errInnerID = errors.New(`"$id" can only stand at the top`)
	errLoop    = errors.New("the schema applies itself to the same value without end")
)

// sameValue are the keywords whose schemas judge the value itself, and not
// what is in it.
var sameValue = []string{"allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependencies"}

// checkRefs refuses references that lead outside or in circles.
func checkRefs(root *tree.Node) error {
	r := refs{root: root, state: map[*tree.Node]visit{}}
	for n := range root.All() {
		if n.Get("$id").Text() != "" && n != root {
			return fmt.Errorf("%s: %w", n.Get("$id").Place(), errInnerID)
		}
		if err := r.follow(n); err != nil {
			return err
		}
	}
	return nil
}

type visit uint8

const (
	entered visit = iota + 1
	left
)

type refs struct {
	root  *tree.Node
	state map[*tree.Node]visit
}

// follow goes from a schema to all that judge the same value.
func (r *refs) follow(n *tree.Node) error {
	if n.IsNull() || n.Kind != tree.Map && n.Kind != tree.List {
		return nil
	}
	switch r.state[n] {
	case entered:
		return fmt.Errorf("%s: %w", n.Place(), errLoop)
	case left:
		return nil
	}
	r.state[n] = entered
	defer func() { r.state[n] = left }()
	if ref := n.Get("$ref"); ref != nil && ref.Kind == tree.String {
		if !strings.HasPrefix(ref.Value, "#/") && ref.Value != "#" {
			return fmt.Errorf("%s: $ref to %q: %w", ref.Place(), ref.Value, errOutside)
		}
		return r.follow(r.resolve(ref.Value))
	}
	for _, keyword := range sameValue {
		inner := n.Get(keyword)
		schemas := append([]*tree.Node{inner}, inner.List()...)
		if keyword == "dependencies" && inner != nil {
			for _, e := range inner.Entries {
				schemas = append(schemas, e.Value)
			}
		}
		for _, s := range schemas {
			if err := r.follow(s); err != nil {
				return err
			}
		}
	}
	return nil
}

// resolve follows a JSON pointer from the root; it returns nil if that leads
// nowhere, about which gojsonschema complains.
func (r *refs) resolve(pointer string) *tree.Node {
	n := r.root
	for _, token := range strings.Split(strings.TrimPrefix(pointer, "#"), "/")[1:] {
		if decoded, err := url.PathUnescape(token); err == nil {
			token = decoded
		}
		token = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
		if i, err := strconv.Atoi(token); err == nil && n != nil && n.Kind == tree.List && i >= 0 && i < len(n.Items) {
			n = n.Items[i]
		} else {
			n = n.Get(token)
		}
	}
	return n
}
