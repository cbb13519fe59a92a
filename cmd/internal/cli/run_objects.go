package cli

import (
	"context"
	"encoding/base64"
	"fmt"
	"strconv"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/yaml"
	"github.com/weft-lang/weft/runtime/engine"
)

// keptObjects are the ConfigMaps and Secrets among the manifests of the project,
// which stand for those of a cluster.
type keptObjects struct {
	configMaps, secrets map[string]map[string][]byte
}

// objectsOf reads them. A value that cannot be read is an error: a run with a
// half of a Secret helps nobody.
func objectsOf(p *ir.Project) (*keptObjects, error) {
	o := &keptObjects{configMaps: map[string]map[string][]byte{}, secrets: map[string]map[string][]byte{}}
	for _, d := range p.Foreign {
		name := d.Root.At("metadata", "name").Text()
		var err error
		switch {
		case d.Root.Get("apiVersion").Text() != "v1":
		case d.Root.Get("kind").Text() == "ConfigMap":
			o.configMaps[name], err = dataOf(d.Root, "data", "binaryData")
		case d.Root.Get("kind").Text() == "Secret":
			o.secrets[name], err = dataOf(d.Root, "stringData", "data")
		}
		if err != nil {
			return nil, failure("%w", err)
		}
	}
	return o, nil
}

// dataOf are the values of a map of texts and one of base64.
func dataOf(n *tree.Node, texts, encoded string) (map[string][]byte, error) {
	data := map[string][]byte{}
	for _, e := range entries(n.Get(encoded)) {
		b, err := base64.StdEncoding.DecodeString(e.Value.Text())
		if err != nil {
			return nil, fmt.Errorf("%s: the value of %q is not base64", e.Value.Place(), e.Key.Value)
		}
		data[e.Key.Value] = b
	}
	for _, e := range entries(n.Get(texts)) {
		text := e.Value.Text()
		if !e.Value.IsScalar() {
			text = string(yaml.JSON(e.Value))
		}
		data[e.Key.Value] = []byte(text)
	}
	return data, nil
}

func entries(n *tree.Node) []tree.Entry {
	if n == nil || n.Kind != tree.Map {
		return nil
	}
	return n.Entries
}

// ConfigMap reads a key of a ConfigMap, nil when there is none.
func (o *keptObjects) ConfigMap(_ context.Context, name, key string) (*string, error) {
	return valueOf(o.configMaps, name, key), nil
}

// Secret reads a key of a Secret, nil when there is none.
func (o *keptObjects) Secret(_ context.Context, name, key string) (*string, error) {
	return valueOf(o.secrets, name, key), nil
}

func valueOf(objects map[string]map[string][]byte, name, key string) *string {
	data, ok := objects[name][key]
	if !ok {
		return nil
	}
	text := string(data)
	return &text
}

// limit is how many may hold a semaphore, as the key of its ConfigMap says.
func (o *keptObjects) limit(l engine.Lock) (int, error) {
	if l.Database != "" {
		return 0, fmt.Errorf("semaphore %q is kept in a database, and there is none on this machine", l.Database)
	}
	text := valueOf(o.configMaps, l.ConfigMap, l.Key)
	if text == nil {
		return 0, fmt.Errorf("there is no ConfigMap %q with the key %q for the limit of a semaphore; name a file that holds it", l.ConfigMap, l.Key)
	}
	n, err := strconv.Atoi(*text)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("the limit of a semaphore in ConfigMap %q, key %q, is %q and not a number above 0", l.ConfigMap, l.Key, *text)
	}
	return n, nil
}
