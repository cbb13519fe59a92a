package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weft-lang/weft/cmd/internal/outcome"
)

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
	recorded, err := outcome.Load(repository)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("no recorded runs beside the project")
	}
	if err != nil {
		t.Fatal(err)
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
	rules, err := recorded.ReadRules(filepath.Join(repository, "testdata/conformance/runs.json"))
	if err != nil {
		t.Fatal(err)
	}
	all := recorded.ByName
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
			differences := repeat(t, weft, recorded, name, false)
			if _, random := rules.Random[name]; random {
				for try := 0; try < randomTries && len(differences) > 0; try++ {
					differences = repeat(t, weft, recorded, name, true)
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

// repeat runs a document and says how it ends otherwise than recorded.
func repeat(t *testing.T, weft string, recorded *outcome.Recordings, name string, random bool) []string {
	dir := t.TempDir()
	document, err := recorded.Document(name)
	if err != nil {
		return []string{err.Error()}
	}
	files := maps.Clone(outcome.Files)
	files["workflow.yaml"] = string(document)
	for file, text := range files {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
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
	got, err := outcome.Parse(out.Bytes(), outcome.NoContents)
	if err != nil {
		text := said.String()
		return []string{fmt.Sprintf("exit code %d, %v: %s", cmd.ProcessState.ExitCode(), err, text[max(0, len(text)-1500):])}
	}
	differences := recorded.ByName[name].Differences(got, random)
	if timedOut {
		differences = append(differences, "did not end in time")
	}
	return differences
}
