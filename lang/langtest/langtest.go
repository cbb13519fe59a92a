// Package langtest runs golden tests: one txtar file is one story of prose,
// inputs and wanted outputs. It is imported by tests only.
//
// Sections named want/NAME are what the test must produce; all others are its
// inputs. With WEFT_UPDATE=1 in the environment the wanted sections are
// rewritten instead of compared.
package langtest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sergi/go-diff/diffmatchpatch"
	"golang.org/x/tools/txtar"
)

const wantPrefix = "want/"

// Updating reports whether golden files are to be rewritten.
func Updating() bool { return os.Getenv("WEFT_UPDATE") != "" }

// Run runs produce as one subtest for every file that matches pattern. What it
// returns, by name, must be exactly the want/ sections of the file.
func Run(t *testing.T, pattern string, produce func(t *testing.T, in map[string]string) map[string]string) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatalf("no file matches %s", pattern)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
		t.Run(name, func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := produce(t, inputs(archive))
			if Updating() {
				update(t, file, archive, got)
				return
			}
			for _, problem := range compare(archive, got) {
				t.Error(problem)
			}
		})
	}
}

func inputs(archive *txtar.Archive) map[string]string {
	in := map[string]string{}
	for _, f := range archive.Files {
		if !strings.HasPrefix(f.Name, wantPrefix) {
			in[f.Name] = string(f.Data)
		}
	}
	return in
}

// compare lists what is wrong with the outputs of one archive.
func compare(archive *txtar.Archive, got map[string]string) []string {
	var problems []string
	wanted := map[string]bool{}
	for _, f := range archive.Files {
		name, ok := strings.CutPrefix(f.Name, wantPrefix)
		if !ok {
			continue
		}
		wanted[name] = true
		text, ok := got[name]
		if !ok {
			problems = append(problems, fmt.Sprintf("section %s is stale: the test does not produce it", f.Name))
			continue
		}
		if text = ensureNewline(text); text != string(f.Data) {
			problems = append(problems, differs(f.Name, text, string(f.Data)))
		}
	}
	for _, name := range sortedKeys(got) {
		if !wanted[name] {
			problems = append(problems, fmt.Sprintf("there is no section %s%s; run with WEFT_UPDATE=1 to write it", wantPrefix, name))
		}
	}
	return problems
}

func update(t *testing.T, file string, archive *txtar.Archive, got map[string]string) {
	t.Helper()
	archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool {
		name, isWant := strings.CutPrefix(f.Name, wantPrefix)
		_, produced := got[name]
		return isWant && !produced
	})
	for i, f := range archive.Files {
		if name, ok := strings.CutPrefix(f.Name, wantPrefix); ok {
			archive.Files[i].Data = []byte(got[name])
			delete(got, name)
		}
	}
	for _, name := range sortedKeys(got) {
		archive.Files = append(archive.Files, txtar.File{Name: wantPrefix + name, Data: []byte(got[name])})
	}
	if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// ensureNewline ends text the way a section of an archive ends.
func ensureNewline(text string) string {
	if text == "" || strings.HasSuffix(text, "\n") {
		return text
	}
	return text + "\n"
}

// Equal fails the test with a line diff when got is not want.
func Equal(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Error(differs(what, got, want))
	}
}

func differs(what, got, want string) string {
	d := diffmatchpatch.New()
	a, b, lines := d.DiffLinesToChars(want, got)
	var out strings.Builder
	fmt.Fprintf(&out, "%s differs (- wanted, + got):\n", what)
	for _, part := range d.DiffCharsToLines(d.DiffMain(a, b, false), lines) {
		sign := map[diffmatchpatch.Operation]string{
			diffmatchpatch.DiffDelete: "-", diffmatchpatch.DiffInsert: "+", diffmatchpatch.DiffEqual: " ",
		}[part.Type]
		for line := range strings.Lines(part.Text) {
			out.WriteString(sign + ensureNewline(line))
		}
	}
	return out.String()
}
