package expr

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// scope is the scope of the golden tests: a steps template with an input, two
// steps, a retry and a loop over maps.
var scope = Env{
	Helpers: true,
	Names: Fields{
		"workflow": {Kind: Object, Members: Fields{
			"name":       {Kind: String},
			"status":     {Kind: String},
			"parameters": {Kind: Object, Members: Fields{"image-tag": {Kind: String}, "count": {Kind: String}}},
			"labels":     {Kind: Object},
		}},
		"inputs": {Kind: Object, Members: Fields{
			"parameters": {Kind: Object, Members: Fields{"message": {Kind: String}, "dry-run": {Kind: String}, "list": {Kind: String}}},
		}},
		"steps": {Kind: Object, Members: Fields{
			"flip-coin": {Kind: Object, Members: Fields{
				"status":  {Kind: String},
				"outputs": {Kind: Object, Members: Fields{"result": {Kind: String}}},
			}},
			"maybe": {Kind: Object, Members: Fields{
				"outputs": {Kind: Object, Members: Fields{"result": {Kind: String, Optional: true}}},
			}},
		}},
		"lastRetry": {Kind: Object, Members: Fields{"exitCode": {Kind: String}, "status": {Kind: String}}},
		"retries":   {Kind: String},
		"failed":    {Kind: Number},
		"items":     {Kind: Array, Elem: &Type{Kind: String}},
		"item":      {},
	},
}

// languages are the golden tests: what each reports for one line of input.
var languages = map[string]func(text string) []Error{
	"expression": func(text string) []Error { return Check(text, scope, Unknown) },
	"condition":  func(text string) []Error { return Check(text, scope, Bool) },
	"bare": func(text string) []Error {
		return Check(text, Env{Names: Fields{"request": {Kind: Object}}}, Bool)
	},
	"when":     func(text string) []Error { _, errs := ParseWhen(text); return errs },
	"depends":  func(text string) []Error { _, errs := ParseDepends(text); return errs },
	"schedule": func(text string) []Error { _, fault := ParseSchedule(text); return one(fault) },
	"duration": func(text string) []Error { _, fault := ParseDuration(text); return one(fault) },
	"zone":     func(text string) []Error { _, fault := LoadZone(text); return one(fault) },
}

func one(fault *Error) []Error {
	if fault == nil {
		return nil
	}
	return []Error{*fault}
}

// TestGolden reads testdata/*.txtar: each holds prose, and a section for each
// language of inputs, one a line, with what is reported below them.
// WEFT_UPDATE=1 rewrites the reports.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, name := range files {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		changed := false
		for i, f := range archive.Files {
			report, ok := languages[f.Name]
			if !ok {
				t.Fatalf("%s: no language %q", name, f.Name)
			}
			got := rendered(string(f.Data), report)
			if got != string(f.Data) {
				changed = true
				if os.Getenv("WEFT_UPDATE") == "" {
					t.Errorf("%s: %s: got\n%s\nwant\n%s", name, f.Name, got, f.Data)
				}
			}
			archive.Files[i].Data = []byte(got)
		}
		if changed && os.Getenv("WEFT_UPDATE") != "" {
			if err := os.WriteFile(name, txtar.Format(archive), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// rendered writes each input of text with what is reported for it. Lines that
// start with "  | " are reports.
func rendered(text string, report func(string) []Error) string {
	var b strings.Builder
	for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if strings.HasPrefix(line, "  | ") {
			continue
		}
		b.WriteString(line + "\n")
		input := strings.ReplaceAll(strings.TrimPrefix(line, "> "), `\n`, "\n")
		for _, e := range report(input) {
			fmt.Fprintf(&b, "  | [%s] %s", input[e.Start:e.End], e.Message)
			if e.Help != "" {
				fmt.Fprintf(&b, " (%s)", e.Help)
			}
			fmt.Fprintf(&b, " {%s}\n", kindNames[e.Kind])
		}
	}
	return b.String()
}

var kindNames = map[ErrorKind]string{
	Syntax: "syntax", UnknownName: "unknown-name", GuardedName: "guarded-name", Subtraction: "subtraction",
	Mismatch: "mismatch", NeverEqual: "never-equal", WrongResult: "wrong-result", MaybeNil: "maybe-nil", Unread: "unread",
	UnknownResult: "unknown-result", OperatorWord: "operator-word", ReservedWord: "reserved-word", BadZone: "bad-zone",
}

// goldenInputs are the inputs of a language, as seeds for its fuzz target.
func goldenInputs(language string) []string {
	var inputs []string
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, name := range files {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			continue
		}
		for _, f := range archive.Files {
			if f.Name != language {
				continue
			}
			for _, line := range strings.Split(string(f.Data), "\n") {
				if input, ok := strings.CutPrefix(line, "> "); ok {
					inputs = append(inputs, input)
				}
			}
		}
	}
	return inputs
}
