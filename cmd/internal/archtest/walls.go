// Package archtest keeps the walls of the house: which package may import
// which, how long a file may be, and what no package may do. It holds nothing
// but a table and the tests that read it.
package archtest

// A room is what one package may import.
type room struct {
	ours   []string // packages of ours; a name that ends in /... stands for all below it, too
	theirs []string // packages of k8s.io that a room without free access may use
	free   bool     // may use any package of k8s.io except client-go
	client bool     // may use client-go
	never  []string // standard packages that it must not import
}

// Shorthands of the table.
var (
	lang   = []string{"lang/source", "lang/diag", "lang/tree", "lang/yaml", "lang/expr", "lang/weft"}
	syntax = []string{"lang/source", "lang/diag", "lang/tree"}
)

// rooms lists every package, lower ones first. A package named X/internal/...
// belongs to X. A package that is not here fails the test: a new one is placed
// on purpose.
var rooms = map[string]room{
	"lang/source":      {},
	"lang/parallel":    {},
	"lang/pattern":     {},
	"lang/diag":        {ours: []string{"lang/source"}},
	"lang/diag/render": {ours: []string{"lang/source", "lang/diag"}},
	"lang/tree":        {ours: []string{"lang/source"}},
	"lang/langtest":    {},
	"lang/yaml":        {ours: syntax},
	"lang/expr":        {ours: []string{"lang/source", "lang/diag"}},
	"lang/weft":        {ours: with(syntax, "lang/pattern", "lang/expr")},

	"schemas": {free: true},

	"compiler/ir":   {ours: []string{"lang/source", "lang/tree", "lang/expr"}},
	"compiler":      {ours: with(lang, "compiler/ir")},
	"compiler/load": {ours: with(lang, "lang/parallel", "compiler", "compiler/ir")},
	"compiler/stub": {ours: []string{"lang/tree", "compiler/ir"}},
	"compiler/eval": {ours: []string{"lang/source", "lang/tree", "lang/expr", "compiler/ir"}},

	"validate":                   {ours: with(lang, "lang/parallel", "compiler/ir", "compiler/eval", "schemas", "validate/schema", "validate/trace"), theirs: values, never: []string{"os"}},
	"validate/schema":            {ours: with(lang, "schemas"), theirs: values, never: []string{"os"}},
	"validate/schema/jsonschema": {ours: with(lang, "schemas", "validate/schema"), never: []string{"os"}},
	"validate/trace":             {ours: with(lang, "lang/parallel", "lang/pattern", "compiler/ir", "compiler/eval", "validate/schema"), never: []string{"os"}},
	"validate/types":             {ours: with(lang, "compiler/ir", "validate/trace"), never: []string{"os"}},
	"validate/comment":           {ours: with(lang, "lang/pattern"), never: []string{"os"}},
	"validate/config":            {ours: with(lang, "compiler/ir", "validate"), never: []string{"os"}},
	"validate/suppress":          {ours: with(lang, "validate", "validate/comment"), never: []string{"os"}},
	"validate/userschema":        {ours: with(lang, "compiler/ir", "validate/comment", "validate/config", "validate/schema", "validate/schema/jsonschema"), never: []string{"os"}},
	"validate/fix":               {ours: []string{"lang/source", "lang/diag"}, never: []string{"os"}},
	"validate/baseline":          {ours: []string{"lang/source", "lang/diag"}, never: []string{"os"}},
	"validate/rules":             {ours: with(lang, "lang/pattern", "compiler/ir", "compiler/eval", "schemas", "validate", "validate/schema", "validate/trace", "validate/types"), theirs: values, never: []string{"os"}},
	"validate/lint":              {ours: with(lang, "compiler", "compiler/load", "validate", "validate/comment", "validate/config", "validate/rules", "validate/suppress", "validate/userschema"), never: []string{"os"}},

	"compiler/pod/instructions": {},
	"compiler/pod":              {ours: with(syntax, "lang/yaml", "lang/expr", "compiler/ir", "compiler/eval", "compiler/pod/instructions"), free: true},
	"compiler/emit":             {ours: with(lang, "compiler/ir", "compiler/eval", "compiler/pod", "compiler/emit/diff"), free: true},
	"compiler/emit/diff":        {ours: with(lang, "compiler/ir", "compiler/emit/pods", "compiler/pod", "compiler/pod/instructions"), theirs: values},
	"compiler/emit/graph":       {ours: with(syntax, "lang/expr", "compiler/ir", "compiler/eval")},
	"compiler/emit/plan":        {ours: with(lang, "compiler/ir", "compiler/eval"), theirs: values},
	"compiler/emit/pods":        {ours: with(lang, "compiler/ir", "compiler/eval", "compiler/emit/plan", "compiler/pod"), free: true},
	"compiler/emit/golden":      {ours: with(lang, "compiler/ir", "compiler/pod", "compiler/emit", "compiler/emit/diff", "compiler/emit/plan", "compiler/emit/pods")},

	"runtime/engine":         {ours: []string{"lang/source", "lang/pattern", "lang/tree", "lang/expr", "compiler/ir", "compiler/eval"}, never: []string{"os", "net", "net/http", "math/rand", "math/rand/v2", "crypto/rand", "sync"}},
	"runtime/record":         {},
	"runtime/artifact":       {},
	"runtime/image":          {},
	"runtime/store":          {ours: []string{"runtime/engine"}},
	"runtime/run":            {ours: []string{"lang/source", "lang/diag", "lang/tree", "lang/expr", "compiler/ir", "compiler/eval", "compiler/pod", "compiler/pod/instructions", "runtime/engine", "runtime/store", "runtime/record"}, free: true},
	"runtime/sim":            {ours: []string{"compiler/ir", "compiler/pod", "compiler/pod/instructions", "runtime/engine", "runtime/store", "runtime/run"}, free: true},
	"runtime/agent":          {ours: []string{"compiler/pod/instructions", "runtime/record", "runtime/artifact", "runtime/agent/resource"}},
	"runtime/agent/resource": {ours: with(syntax, "lang/yaml", "compiler/pod/instructions", "runtime/record"), theirs: []string{"k8s.io/client-go/util/jsonpath"}},
	"runtime/local":          {ours: []string{"compiler/ir", "compiler/pod", "compiler/pod/instructions", "runtime/engine", "runtime/run", "runtime/agent", "runtime/record", "runtime/artifact"}, free: true},
	"runtime/kube":           {ours: []string{"compiler/ir", "compiler/pod", "compiler/pod/instructions", "runtime/engine", "runtime/run", "runtime/store", "runtime/record"}, free: true, client: true},
	"runtime/unit":           {ours: with(syntax, "lang/yaml", "lang/expr", "compiler/ir", "compiler/eval", "compiler/pod", "runtime/engine", "runtime/run", "runtime/sim"), free: true},
	"runtime/report":         {ours: []string{"lang/pattern", "compiler/ir", "compiler/emit/graph", "runtime/engine"}},

	"runtime/kube/testenv":        {ours: []string{"runtime/kube/testenv/images"}},
	"runtime/kube/testenv/images": {},
	"runtime/kube/testenv/pause":  {},
	"runtime/kube/testenv/serve":  {ours: []string{"runtime/kube/testenv", "runtime/kube/testenv/images"}},

	"cmd/weft":       {ours: []string{"cmd/internal/cli"}},
	"cmd/weft-agent": {ours: []string{"runtime/agent"}},
	"cmd":            {ours: []string{"lang/...", "compiler/...", "validate/...", "runtime/...", "schemas", "cmd/..."}, free: true, client: true},
}

// values are the packages of k8s.io that only check values.
var values = []string{"k8s.io/apimachinery/pkg/api/resource", "k8s.io/apimachinery/pkg/util/validation"}

func with(base []string, more ...string) []string {
	return append(base[:len(base):len(base)], more...)
}
