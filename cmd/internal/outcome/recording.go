package outcome

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Corpus is the folder beside the project that holds recorded runs, seen from the
// root of the repository.
const Corpus = "../shared/corpus"

// A Recording is how one workflow ended on the reference, with a real node.
type Recording struct {
	Origin  string                  `json:"origin"`
	Seconds float64                 `json:"seconds"` // that it took
	Phase   string                  `json:"phase"`
	Nodes   map[string]recordedNode `json:"nodes"`
}

type recordedNode struct {
	Type       string             `json:"type"`
	Phase      string             `json:"phase"`
	Result     string             `json:"result"`
	ExitCode   string             `json:"exitCode"`
	Parameters map[string]*string `json:"parameters"` // nil: it has got no value
}

// Recordings are what is recorded, by the name of the document.
type Recordings struct {
	ByName map[string]Recording
	folder string
}

// Load reads the recordings. Where there are none, the error is fs.ErrNotExist.
func Load(repository string) (*Recordings, error) {
	r := &Recordings{folder: filepath.Join(repository, Corpus)}
	data, err := os.ReadFile(filepath.Join(r.folder, "runs.json"))
	if err != nil {
		return nil, err
	}
	return r, json.Unmarshal(data, &r.ByName)
}

// Document is the workflow that a recording is of.
func (r *Recordings) Document(name string) ([]byte, error) {
	return os.ReadFile(filepath.Join(r.folder, "documents", name+".yaml"))
}

// Rules say which recordings cannot be repeated in one place, and why.
type Rules struct {
	Excluded map[string]Exclusion `json:"excluded"`
	Random   map[string]string    `json:"random"` // why outputs differ from run to run
}

// An Exclusion is a recording that cannot be repeated.
type Exclusion struct {
	Cause string `json:"cause"` // one of Causes
	Why   string `json:"why"`
}

// Causes are the reasons there are for leaving a recording out.
var Causes = []string{"network", "cluster", "plugin", "database", "timing", "refused", "decision"}

// ReadRules reads a file of rules and holds that they are about recordings.
func (r *Recordings) ReadRules(file string) (*Rules, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	rules := &Rules{}
	if err := json.Unmarshal(text, rules); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	for name, e := range rules.Excluded {
		if _, ok := r.ByName[name]; !ok || e.Why == "" || !slices.Contains(Causes, e.Cause) {
			return nil, fmt.Errorf("%s: bad exclusion %s: %+v", file, name, e)
		}
	}
	return rules, nil
}

// Files are what stands beside a document when it is run: the ConfigMap that was
// in the cluster of the recordings, and what the images ran by themselves. Those
// were known by their cmd alone: args take its place.
var Files = map[string]string{
	"parameters.yaml": `apiVersion: v1
kind: ConfigMap
metadata:
  name: simple-parameters
  labels: {workflows.argoproj.io/configmap-type: Parameter}
data: {msg: hello world}
`,
	"weft.yaml": `images:
  argoproj/argosay:v2: {cmd: [/argosay]}
  argoproj/argosay:v1: {cmd: [cowsay]}
  debian: {cmd: [sh]}
  ubuntu: {cmd: [sh]}
  alpine: {cmd: [sh]}
  quay.io/argoproj/argocli:latest: {cmd: [argo]}
`,
}

// Differences says how a run ended otherwise than recorded. What is not recorded
// is not compared; of a random workflow outputs are not either.
func (r Recording) Differences(got *Run, random bool) []string {
	want := &Run{Nodes: map[string]Facts{"": {Phase: r.Phase}}}
	for path, n := range r.Nodes {
		f := Facts{Type: n.Type, Phase: n.Phase}
		f.add(Result, n.Result)
		f.add(ExitCode, n.ExitCode)
		for name, value := range n.Parameters {
			if value != nil {
				f[Output+name] = *value
			}
		}
		for name, value := range f {
			f[name] = (&Run{Name: "WF"}).plain(value)
		}
		want.Nodes[unpatched(path)] = f
	}
	seen := &Run{Name: got.Name, Nodes: maps.Clone(got.Nodes)}
	seen.Nodes[""] = Facts{Phase: got.Nodes[""][Phase], Message: got.Nodes[""][Message]}
	for path, f := range seen.Nodes {
		if v, ok := f[Result]; ok && v == "" { // not told from none in a recording
			f = maps.Clone(f)
			delete(f, Result)
			seen.Nodes[path] = f
		}
	}
	return Differences(seen, want, func(fact string) bool {
		isOutput := fact == Result || fact == ExitCode || strings.HasPrefix(fact, Output)
		return fact != Type && fact != Phase && (random || !isOutput)
	})
}

// unpatched is a recorded path without what recording put into items that look
// like containers.
func unpatched(path string) string {
	return strings.Replace(path, "imagePullPolicy:IfNotPresent,", "", 1)
}
