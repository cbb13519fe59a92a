package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weft-lang/weft/validate"
)

func TestShellFaults(t *testing.T) {
	text := "echo ä; cd $x\n"
	report := `{"comments":[
		{"file":"/tmp/1","line":1,"endLine":1,"column":9,"endColumn":14,"level":"warning","code":2164,"message":"Use cd ... || exit."},
		{"file":"/tmp/1","line":1,"endLine":1,"column":1,"endColumn":2,"level":"warning","code":2050,"message":"constant"},
		{"file":"/tmp/2","line":1,"endLine":1,"column":1,"endColumn":2,"level":"warning","code":2164,"message":"of nothing here"}]}`
	scripts := []validate.Script{{}, {Program: "sh", Text: text}}
	found := shellFaults(scripts, []byte(report))
	if len(found) != 1 {
		t.Fatalf("%d findings, want the one that no tag causes", len(found))
	}
	f := found[0]
	if got := text[f.Start:f.End]; f.Script != 1 || f.Code != "SC2164" || got != "cd $x" {
		t.Errorf("script %d, %s at %q, want script 1, SC2164 at \"cd $x\"", f.Script, f.Code, got)
	}
	if got := shellFaults(scripts, []byte("not installed")); got != nil {
		t.Errorf("a report that is none: %v", got)
	}
}

func TestPython(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("python3 is not installed")
	}
	bad := "x = 1\nfor ä in range(3)\n    print(x)\n"
	found := python{}.Check([]validate.Script{{Program: "python", Text: "print(1)\n"}, {Program: "python", Text: bad}, {Program: "python", Text: "\x00"}})
	if len(found) == 0 || found[0].Script != 1 {
		t.Fatalf("found %v, want a fault of script 1 first", found)
	}
	if f := found[0]; f.Start < len("x = 1\n") || f.End > len("x = 1\nfor ä in range(3)\n") {
		t.Errorf("the fault is at %q, want it on the second line", bad[f.Start:f.End])
	}
}

func TestPythonAsksTheScriptOnlyInDoubt(t *testing.T) {
	real := interpreter("python3")
	if real == "" {
		t.Skip("python3 is not installed")
	}
	manager, bin := t.TempDir(), t.TempDir()
	asked := filepath.Join(manager, "asked")
	shim := "#!/bin/sh\n: > " + asked + "\necho '0 1 1 1 2 the word of the manager'\n"
	if err := os.WriteFile(filepath.Join(manager, "python3"), []byte(shim), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(real, filepath.Join(bin, "python3")); err != nil {
		t.Skip("this machine makes no links: ", err)
	}
	t.Setenv("PATH", manager+string(filepath.ListSeparator)+bin)
	if found := (python{}).Check([]validate.Script{{Text: "print(1)\n"}}); len(found) > 0 {
		t.Errorf("found %v in a good script", found)
	}
	if _, err := os.Stat(asked); err == nil {
		t.Error("the script of the version manager was asked about a good script")
	}
	found := python{}.Check([]validate.Script{{Text: "print(\n"}})
	if len(found) != 1 || !strings.HasSuffix(found[0].Message, "the word of the manager") {
		t.Errorf("found %v, want what the version manager's python3 says", found)
	}
}

func TestPythonFaults(t *testing.T) {
	texts := []string{"", "a = ä b\n"}
	for report, want := range map[string]string{
		"1 1 7 1 8 invalid  syntax\n":   "b",
		"1 1 5 0 0 no end\n":            "ä",
		"1 9 9 9 9 behind the end\n":    "",
		"2 1 1 1 1 no such script\n":    "-",
		"1 1 1 1\nTraceback: nothing\n": "-",
	} {
		found := pythonFaults(texts, report)
		if want == "-" {
			if found != nil {
				t.Errorf("%q: %v", report, found)
			}
			continue
		}
		if len(found) != 1 || texts[1][found[0].Start:found[0].End] != want {
			t.Errorf("%q: found %v, want it at %q", report, found, want)
		}
	}
}

func TestShellBatches(t *testing.T) {
	var scripts []validate.Script
	for i := range 100 {
		scripts = append(scripts, validate.Script{Program: []string{"sh", "bash", "sh"}[i%3]})
	}
	for processes, most := range map[int]int{1: maxBatch, 4: 25, 200: 1} {
		seen := map[int]bool{}
		for _, batch := range shellBatches(scripts, processes) {
			if len(batch) == 0 || len(batch) > most {
				t.Errorf("%d processes: a batch of %d scripts, want up to %d", processes, len(batch), most)
			}
			for _, k := range batch {
				seen[k] = true
				if scripts[k].Program != scripts[batch[0]].Program {
					t.Errorf("%d processes: batch %v mixes programs", processes, batch)
				}
			}
		}
		if len(seen) != len(scripts) {
			t.Errorf("%d processes: %d scripts are asked about, want %d", processes, len(seen), len(scripts))
		}
	}
}

func TestShellcheck(t *testing.T) {
	if _, err := exec.LookPath("shellcheck"); err != nil {
		t.Skip("shellcheck is not installed")
	}
	var scripts []validate.Script
	for i := range 9 {
		scripts = append(scripts, validate.Script{Program: "sh", Text: "true\n"})
		if i%4 == 3 {
			scripts[i].Text = "cd /x\n"
		}
	}
	var at []int
	for _, f := range (shellcheck{}).Check(scripts) {
		at = append(at, f.Script)
	}
	slices.Sort(at)
	if !slices.Equal(at, []int{3, 7}) {
		t.Errorf("faults in the scripts %v, want 3 and 7", at)
	}
}
