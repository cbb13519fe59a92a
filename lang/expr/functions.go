package expr

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"github.com/Masterminds/sprig/v3"
	"github.com/expr-lang/expr/builtin"
)

// helpers are the functions that the reference adds to expr-lang, besides
// sprig.
var helpers = map[string]any{
	"asInt":    func(v any) (int, error) { return converted[int](builtin.Int, v) },
	"asFloat":  func(v any) (float64, error) { return converted[float64](builtin.Float, v) },
	"jsonpath": JSONPath,
	"toJson":   toJSON,
}

// converted calls one of expr-lang's conversions, which panic on bad input.
func converted[T any](convert func(any) any, v any) (out T, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	out, ok := convert(v).(T)
	if !ok {
		return out, fmt.Errorf("cannot convert %T to %T", v, out)
	}
	return out, nil
}

func toJSON(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

// sprigFunctions is sprig's map without the functions that read the
// environment of the process. It is shared: never write to it.
var sprigFunctions = sync.OnceValue(func() map[string]any {
	m := sprig.GenericFuncMap()
	delete(m, "env")
	delete(m, "expandenv")
	return m
})

// sprigNames are the names of sprigFunctions, sorted.
var sprigNames = sync.OnceValue(func() []string { return sortedKeys(sprigFunctions()) })

// functionNames are the names of all functions but sprig's, sorted.
var functionNames = sync.OnceValue(func() []string {
	names := sortedKeys(helpers)
	for _, f := range builtin.Builtins {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	return names
})

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// volatile are functions whose result differs from call to call. They are left
// for run time.
var volatile = map[string]bool{
	"now":       true,
	"sprig.now": true, "sprig.ago": true, "sprig.date": true, "sprig.dateInZone": true, "sprig.date_in_zone": true,
	"sprig.htmlDate": true, "sprig.htmlDateInZone": true, "sprig.duration": true, "sprig.durationRound": true,
	"sprig.randAlphaNum": true, "sprig.randAlpha": true, "sprig.randAscii": true, "sprig.randNumeric": true,
	"sprig.randBytes": true, "sprig.randInt": true, "sprig.shuffle": true, "sprig.uuidv4": true,
}

// unfoldable are functions that reach out to the network, or whose cost is not
// bounded by the size of their text. Nothing evaluates them without being asked.
var unfoldable = map[string]bool{
	"repeat": true, "reduce": true,
	"sprig.getHostByName": true,
	"sprig.genPrivateKey": true, "sprig.genCA": true, "sprig.genCAWithKey": true, "sprig.genSelfSignedCert": true,
	"sprig.genSelfSignedCertWithKey": true, "sprig.genSignedCert": true, "sprig.genSignedCertWithKey": true,
	"sprig.derivePassword": true, "sprig.bcrypt": true, "sprig.htpasswd": true, "sprig.encryptAES": true,
	"sprig.repeat": true, "sprig.until": true, "sprig.untilStep": true, "sprig.seq": true, "sprig.indent": true, "sprig.nindent": true,
}
