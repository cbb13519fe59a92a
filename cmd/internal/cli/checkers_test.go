package cli

import (
	"os/exec"
	"testing"

	"github.com/weft-lang/weft/validate"
)

func TestShellFaults(t *testing.T) {
	text := "echo ä; cd $x\n"
	report := `{"comments":[
		{"file":"-","line":1,"endLine":1,"column":9,"endColumn":14,"level":"warning","code":2164,"message":"Use cd ... || exit."},
		{"file":"-","line":1,"endLine":1,"column":1,"endColumn":2,"level":"warning","code":2050,"message":"constant"}]}`
	found := shellFaults(3, text, []byte(report))
	if len(found) != 1 {
		t.Fatalf("%d findings, want the one that no tag causes", len(found))
	}
	f := found[0]
	if got := text[f.Start:f.End]; f.Script != 3 || f.Code != "SC2164" || got != "cd $x" {
		t.Errorf("script %d, %s at %q, want script 3, SC2164 at \"cd $x\"", f.Script, f.Code, got)
	}
	if got := shellFaults(0, text, []byte("not installed")); got != nil {
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
