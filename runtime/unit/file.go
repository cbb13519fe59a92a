package unit

import (
	"strings"
	"time"

	"github.com/weft-lang/weft/compiler/eval"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/yaml"
	"github.com/weft-lang/weft/runtime/engine"
)

// Suffixes are how the names of test files end.
var Suffixes = []string{"_test.yaml", "_test.yml"}

// IsTestFile reports whether a file of that name holds tests.
func IsTestFile(name string) bool {
	for _, s := range Suffixes {
		if strings.HasSuffix(name, s) {
			return true
		}
	}
	return false
}

// RuleTestFile is the rule of mistakes in test files, RuleTestFailed that of
// tests that fail.
const (
	RuleTestFile   = "test-file"
	RuleTestFailed = "test-failed"
)

// File is a file of tests.
type File struct {
	Source    *source.File
	Workflows []*tree.Node // the files to read, relative to this one
	Object    *tree.Node   // the name of the object to run; nil when there is only one
	Tests     []*Test
}

// Test is one run of a workflow, and what is expected of it.
type Test struct {
	Name       string
	At         *tree.Node // its name, for findings
	Entrypoint *tree.Node
	Parameters []eval.Argument
	Mocks      []*Mock
	Signals    []Signal
	Expect     *tree.Node
	expected   expectations
}

// Signal is something that a person does while the workflow runs.
type Signal struct {
	At     time.Duration
	Node   *tree.Node
	Step   string
	Signal engine.Signal
}

// Parse reads a file of tests.
func Parse(f *source.File) (*File, *diag.List) {
	docs, found := yaml.Parse(f)
	r := &reader{found: found}
	file := &File{Source: f}
	if found.Has(diag.Error) {
		return file, found
	}
	if len(docs) != 1 {
		r.fault(f.At(0, 0), "", "a test file holds one document, not %d", len(docs))
		return file, found
	}
	root := docs[0].Root
	r.fields(root, "the test file", map[string]func(*tree.Node){
		"workflow": func(n *tree.Node) { file.Workflows = r.texts(n) },
		"object":   func(n *tree.Node) { file.Object = r.scalar(n) },
		"tests":    func(n *tree.Node) { r.each(n, func(n *tree.Node) { file.Tests = append(file.Tests, r.test(n)) }) },
	})
	if len(file.Workflows) == 0 && !found.Has(diag.Error) {
		r.fault(head(root), "say which with: workflow: FILE", "the test file names no workflow")
	}
	if len(file.Tests) == 0 && !found.Has(diag.Error) {
		r.fault(head(root), "", "the test file has no tests")
	}
	seen := map[string]*Test{}
	for _, t := range file.Tests {
		if first := seen[t.Name]; first != nil {
			r.fault(t.At.Place(), "", "there are two tests with the name %q", t.Name)
		}
		seen[t.Name] = t
	}
	return file, found
}

func (r *reader) test(n *tree.Node) *Test {
	t := &Test{At: n}
	r.fields(n, "a test", map[string]func(*tree.Node){
		"name":       func(n *tree.Node) { t.At, t.Name = n, r.text(n) },
		"entrypoint": func(n *tree.Node) { t.Entrypoint = r.scalar(n) },
		"parameters": func(n *tree.Node) {
			r.values(n, func(key, value *tree.Node) {
				t.Parameters = append(t.Parameters, eval.Argument{Name: key.Value, Value: asText(value)})
			})
		},
		"mock":    func(n *tree.Node) { r.each(n, func(n *tree.Node) { t.Mocks = append(t.Mocks, r.mock(n)) }) },
		"signals": func(n *tree.Node) { r.each(n, func(n *tree.Node) { t.Signals = append(t.Signals, r.signal(n)) }) },
		"expect":  func(n *tree.Node) { t.Expect = n; t.expected = r.expectations(n) },
	})
	if t.Name == "" {
		r.fault(head(n), "", "a test needs a name")
	}
	if t.Expect == nil {
		r.fault(head(n), "", "the test expects nothing")
	}
	return t
}

// signals are what a person can do, as test files write it.
var signals = map[string]engine.SignalKind{
	"stop": engine.SignalStop, "terminate": engine.SignalTerminate, "suspend": engine.SignalSuspend,
	"resume": engine.SignalResume, "set": engine.SignalSet, "retry": engine.SignalRetry,
}

func (r *reader) signal(n *tree.Node) Signal {
	s := Signal{Node: n}
	r.fields(n, "a signal", map[string]func(*tree.Node){
		"at": func(n *tree.Node) { s.At = r.duration(n) },
		"do": func(n *tree.Node) {
			kind, ok := signals[r.text(n)]
			if !ok {
				r.unknown(n, "signal", signals)
			}
			s.Node, s.Signal.Kind = n, kind
		},
		"step":    func(n *tree.Node) { s.Step = r.text(n) },
		"message": func(n *tree.Node) { s.Signal.Message = r.text(n) },
		"phase":   func(n *tree.Node) { s.Signal.Phase = r.phase(n) },
		"parameters": func(n *tree.Node) {
			r.values(n, func(key, value *tree.Node) {
				s.Signal.Parameters = append(s.Signal.Parameters, engine.Value{Name: key.Value, Value: asText(value).Value})
			})
		},
	})
	if s.Signal.Kind == "" && s.Node == n {
		r.fault(head(n), "", "the signal does not say what to do")
	}
	return s
}
