//go:build e2e && linux

package e2e

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/weft-lang/weft/cmd/internal/outcome"
)

// The bounds of what may differ from the recordings.
const (
	randomTries  = 25 // of a workflow that throws dice, until it ends as recorded
	maxExcluded  = 28
	minAgreement = 97.0
)

// atOnce is how many runs there are at a time.
const atOnce = 8

// TestRecordings repeats recorded runs on the node and compares phases, nodes and
// outputs. WEFT_CONFORMANCE=NAME prints the differences of documents whose name
// or origin contains it.
func TestRecordings(t *testing.T) {
	recorded, err := outcome.Load(repository)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("no recorded runs beside the project")
	}
	if err != nil {
		t.Fatal(err)
	}
	rules, err := recorded.ReadRules(filepath.Join(repository, "testdata/e2e/runs.json"))
	if err != nil {
		t.Fatal(err)
	}
	wanted := os.Getenv("WEFT_CONFORMANCE")
	var mu sync.Mutex
	var wait sync.WaitGroup
	tried, agreed := 0, 0
	slots := make(chan struct{}, atOnce)
	for _, name := range slices.Sorted(maps.Keys(recorded.ByName)) {
		r := recorded.ByName[name]
		if _, left := rules.Excluded[name]; left || !strings.Contains(name+r.Origin, wanted) {
			continue
		}
		tried++
		wait.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			differences := repeat(t, recorded, name, false)
			if _, random := rules.Random[name]; random {
				for try := 0; try < randomTries && len(differences) > 0; try++ {
					differences = repeat(t, recorded, name, true)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			if len(differences) == 0 {
				agreed++
			} else {
				t.Logf("%s %s\n    %s", name, r.Origin, strings.Join(differences, "\n    "))
			}
		})
	}
	wait.Wait()
	agreement := 100 * float64(agreed) / float64(tried)
	t.Logf("%d of %d recorded runs end the same on the node, %.1f %%; %d are left out", agreed, tried, agreement, len(rules.Excluded))
	if wanted == "" && agreement < minAgreement {
		t.Errorf("%.1f %% end the same, want %.0f %%", agreement, minAgreement)
	}
	if len(rules.Excluded) > maxExcluded {
		t.Errorf("%d recordings are left out, %d may be", len(rules.Excluded), maxExcluded)
	}
}

// repeat runs a document and says how it ends otherwise than recorded.
func repeat(t *testing.T, recorded *outcome.Recordings, name string, random bool) []string {
	document, err := recorded.Document(name)
	if err != nil {
		return []string{err.Error()}
	}
	ns := shared.namespace(t)
	document = bytes.ReplaceAll(document, []byte("namespace: argo\n"), []byte("namespace: "+ns+"\n")) // where they were recorded
	files := maps.Clone(outcome.Files)
	if files["workflow.yaml"], err = present(document); err != nil {
		return []string{err.Error()}
	}
	dir := write(t, files)
	shared.create(t, configMaps, ns, files["parameters.yaml"])
	shared.artifacts(t, ns)
	shared.create(t, accounts, ns, `{apiVersion: v1, kind: ServiceAccount, metadata: {name: github.com}}`)
	shared.allow(t, ns, "default", "cluster-admin")
	got, err := shared.run(dir, "workflow.yaml", "--with", "parameters.yaml", "--cluster", "-n", ns)
	if err != nil {
		return []string{err.Error()}
	}
	differences := recorded.ByName[name].Differences(got.Run, random)
	if len(differences) > 0 && os.Getenv("WEFT_CONFORMANCE") != "" {
		differences = append(differences, got.said)
	}
	return differences
}
