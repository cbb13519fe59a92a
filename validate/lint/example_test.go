package lint_test

import (
	"fmt"
	"os"
	"strings"
	"testing/fstest"

	"github.com/weft-lang/weft/compiler/load"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/diag/render"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/lint"
)

const hello = `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: hello-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: greet, template: prnt}
  - name: print
    container: {image: "busybox:1.36", command: [echo, hello]}
`

// A project is checked as a whole: any fs.FS, such as os.DirFS("."), and what
// to look at in it.
func Example() {
	files := fstest.MapFS{"flows/hello.yaml": {Data: []byte(hello)}}
	result := lint.Run(files, []string{"flows"}, lint.Options{})
	for _, d := range result.Findings.Sorted() {
		if d.Severity == diag.Error {
			fmt.Printf("%s: %s (%s)\n", d.Span, d.Message, d.Help)
		}
	}
	// Output:
	// flows/hello.yaml:9:33: there is no template "prnt" (did you mean "print"?)
}

// Text that is in no file comes in as standard input. Profile argo holds what
// Argo's own linter finds, and nothing else.
func ExampleRun_text() {
	argo := validate.Argo
	result := lint.Run(fstest.MapFS{}, []string{load.Stdin}, lint.Options{
		Profile: &argo,
		Load:    load.Options{Stdin: strings.NewReader(hello), StdinName: "hello.yaml"},
	})
	report := render.Report{Diagnostics: result.Findings.Sorted(), Files: []string{"hello.yaml"}}
	if err := render.Concise(os.Stdout, report, render.Options{}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// hello.yaml:9:33: error: there is no template "prnt" [undefined-template]
	// 1 error in 1 file
}
