package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// recordings tells how real workflows ended on the reference, with a real node.
// Like the documents themselves it is data beside the project.
const recordings = "../../../../shared/corpus"

// A recording is how one workflow ended.
type recording struct {
	Origin string                  `json:"origin"`
	Phase  string                  `json:"phase"`
	Nodes  map[string]recordedNode `json:"nodes"`
}

type recordedNode struct {
	Type       string            `json:"type"`
	Phase      string            `json:"phase"`
	Result     string            `json:"result"`
	ExitCode   string            `json:"exitCode"`
	Parameters map[string]string `json:"parameters"`
}

// An exclusion is a recording that this machine cannot repeat.
type exclusion struct {
	Cause string `json:"cause"` // network, cluster, plugin, database or timing
	Why   string `json:"why"`
}

// The bounds of what is left out and of what may differ.
const (
	maxExcluded  = 35
	randomTries  = 25 // of a workflow that throws dice, until it ends as recorded
	minAgreement = 95.0
)

// hostPrograms is what the recorded workflows call. The images that they name
// stand for this machine.
var hostPrograms = []string{"sh", "bash", "python", "curl", "jq", "git", "cowsay", "/argosay"}

// TestConformanceRuns repeats recorded runs on this machine and compares phases,
// nodes and outputs. WEFT_CONFORMANCE=list prints every difference, any other
// value but "summary" those of documents whose name or origin contains it.
func TestConformanceRuns(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(recordings, "runs.json"))
	if err != nil {
		t.Skip("no recorded runs beside the project")
	}
	wanted := os.Getenv("WEFT_CONFORMANCE")
	if wanted == "" {
		t.Skip("takes minutes: make conformance repeats the recorded runs")
	}
	for _, p := range hostPrograms {
		if _, err := exec.LookPath(p); err != nil && os.Getenv("CI") != "" {
			t.Fatalf("the recorded workflows call %s, and it is not on this machine", p)
		} else if err != nil {
			t.Skipf("the recorded workflows call %s, and it is not on this machine", p)
		}
	}
	var all map[string]recording
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	var rules struct {
		Excluded map[string]exclusion `json:"excluded"`
		Random   map[string]string    `json:"random"` // why outputs differ from run to run
	}
	text, err := os.ReadFile(filepath.Join(repository, "testdata/conformance/runs.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &rules); err != nil {
		t.Fatal(err)
	}
	weft := filepath.Join(t.TempDir(), "weft")
	if out, err := exec.Command("go", "build", "-o", weft, "../../weft").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var mu sync.Mutex
	var wait sync.WaitGroup
	tried, agreed := 0, 0
	slots := make(chan struct{}, 6)
	for name, r := range all {
		if _, left := rules.Excluded[name]; left {
			continue
		}
		if wanted != "summary" && wanted != "list" && !strings.Contains(name+r.Origin, wanted) {
			continue
		}
		tried++
		wait.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			differences := repeat(t, weft, name, r, false)
			if _, random := rules.Random[name]; random {
				for try := 0; try < randomTries && len(differences) > 0; try++ {
					differences = repeat(t, weft, name, r, true)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			if len(differences) == 0 {
				agreed++
			} else if wanted != "summary" {
				t.Logf("%s %s\n    %s", name, r.Origin, strings.Join(differences, "\n    "))
			}
		})
	}
	wait.Wait()
	if wanted != "summary" && wanted != "list" {
		return
	}
	for name, e := range rules.Excluded {
		if !slices.Contains([]string{"network", "cluster", "plugin", "database", "timing"}, e.Cause) || e.Why == "" || all[name].Origin == "" {
			t.Errorf("bad exclusion %s: %+v", name, e)
		}
	}
	agreement := 100 * float64(agreed) / float64(tried)
	t.Logf("%d of %d recorded runs end the same here, %.1f %%", agreed, tried, agreement)
	t.Logf("%d of %d, %.1f %%, with the %d that are left out", agreed, len(all), 100*float64(agreed)/float64(len(all)), len(rules.Excluded))
	if agreement < minAgreement {
		t.Errorf("%.1f %% end the same, want %.0f %%; WEFT_CONFORMANCE=list lists the differences", agreement, minAgreement)
	}
	if len(rules.Excluded) > maxExcluded {
		t.Errorf("%d recordings are left out, %d may be", len(rules.Excluded), maxExcluded)
	}
}

// theirMap is the ConfigMap that was in the cluster of the recordings.
const theirMap = `apiVersion: v1
kind: ConfigMap
metadata:
  name: simple-parameters
  labels: {workflows.argoproj.io/configmap-type: Parameter}
data: {msg: hello world}
`

// unpatched is a recorded path without what recording put into items that look
// like containers.
func unpatched(path string) string {
	return strings.Replace(path, "imagePullPolicy:IfNotPresent,", "", 1)
}

// theirImages is what the images of the recordings ran by themselves. They were
// known by their cmd alone: args take its place.
const theirImages = `images:
  argoproj/argosay:v2: {cmd: [/argosay]}
  argoproj/argosay:v1: {cmd: [cowsay]}
  debian: {cmd: [sh]}
  ubuntu: {cmd: [sh]}
  alpine: {cmd: [sh]}
  quay.io/argoproj/argocli:latest: {cmd: [argo]}
`

// repeat runs a document and says how it ends otherwise than recorded.
func repeat(t *testing.T, weft, name string, r recording, random bool) []string {
	dir := t.TempDir()
	document, err := os.ReadFile(filepath.Join(recordings, "documents", name+".yaml"))
	if err != nil {
		return []string{err.Error()}
	}
	for file, data := range map[string][]byte{"workflow.yaml": document, "parameters.yaml": []byte(theirMap), "weft.yaml": []byte(theirImages)} {
		if err := os.WriteFile(filepath.Join(dir, file), data, 0o600); err != nil {
			return []string{err.Error()}
		}
	}
	cmd := exec.Command(weft, "run", "workflow.yaml", "--with", "parameters.yaml", "-o", "json", "--runs", filepath.Join(dir, "runs"),
		"--pods", "8")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "NO_COLOR=1")
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Start(); err != nil {
		return []string{err.Error()}
	}
	timer := time.AfterFunc(100*time.Second, func() { _ = cmd.Process.Signal(os.Interrupt) })
	kill := time.AfterFunc(110*time.Second, func() { _ = cmd.Process.Kill() })
	err = cmd.Wait()
	kill.Stop()
	timedOut := !timer.Stop()
	var exited *exec.ExitError
	if err != nil && !errors.As(err, &exited) {
		return []string{err.Error()}
	}
	var got struct {
		Name  string
		Phase string
		Nodes []struct {
			Path, Type, Phase, Message string
			Outputs                    *struct {
				Result     *string
				ExitCode   *int
				Parameters []struct{ Name, Value string }
			}
		}
	}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		text := said.String()
		return []string{fmt.Sprintf("no result, exit code %d: %s", cmd.ProcessState.ExitCode(), text[max(0, len(text)-1500):])}
	}
	var differences []string
	differ := func(format string, args ...any) { differences = append(differences, fmt.Sprintf(format, args...)) }
	if timedOut {
		differ("did not end in time")
	}
	if got.Phase != r.Phase {
		differ("phase %s, recorded %s", got.Phase, r.Phase)
	}
	nodes := map[string]recordedNode{}
	for path, n := range r.Nodes {
		nodes[unpatched(path)] = n
	}
	seen := map[string]bool{}
	for _, n := range got.Nodes {
		path := "WF" + strings.TrimPrefix(n.Path, got.Name)
		seen[path] = true
		want, ok := nodes[path]
		if !ok {
			differ("extra node %s %s %s %s", path, n.Type, n.Phase, n.Message)
			continue
		}
		if n.Type != want.Type || n.Phase != want.Phase {
			differ("%s is %s %s (%s), recorded %s %s", path, n.Type, n.Phase, n.Message, want.Type, want.Phase)
		}
		result, code, parameters := "", "", map[string]string{}
		if o := n.Outputs; o != nil {
			if o.Result != nil {
				result = *o.Result
			}
			if o.ExitCode != nil {
				code = fmt.Sprint(*o.ExitCode)
			}
			for _, p := range o.Parameters {
				parameters[p.Name] = p.Value
			}
		}
		if random {
			continue
		}
		if code != want.ExitCode {
			differ("%s has exit code %q, recorded %q", path, code, want.ExitCode)
		}
		generated := func(text string) string { return strings.ReplaceAll(text, got.Name, "WF") }
		if generated(result) != want.Result {
			differ("%s has the result %q, recorded %q", path, result, want.Result)
		}
		for name, value := range want.Parameters {
			if generated(parameters[name]) != value {
				differ("%s has the output %s %q, recorded %q", path, name, parameters[name], value)
			}
		}
		for name := range parameters {
			if _, ok := want.Parameters[name]; !ok {
				differ("%s has an extra output %s", path, name)
			}
		}
	}
	for path, n := range r.Nodes {
		if !seen[unpatched(path)] {
			differ("no node %s %s %s", path, n.Type, n.Phase)
		}
	}
	slices.Sort(differences)
	return differences
}
