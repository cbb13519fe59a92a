package main

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// shapes are workflows as people write them. NUMBER stands for a number that
// makes copies of them differ.
//
//go:embed shapes/*.yaml
var shapes embed.FS

// manyFiles is the size of the project that benchmarks check: as many files as
// the example folder of the reference holds, and about as many bytes.
const manyFiles = 217

// maxFindings is how much an input may have wrong with it: large ones exceed the
// size of an object and
// the number of tasks that a cluster takes, and nothing else.
const maxFindings = 2

// A file is one input.
type file struct{ name, text string }

func size(files []file) int {
	n := 0
	for _, f := range files {
		n += len(f.text)
	}
	return n
}

// examples returns n files, the shapes in turn.
func examples(n int) ([]file, error) {
	names, err := fs.Glob(shapes, "shapes/*.yaml")
	if err != nil {
		return nil, err
	}
	files := make([]file, n)
	for i := range files {
		name := names[i%len(names)]
		text, err := shapes.ReadFile(name)
		if err != nil {
			return nil, err
		}
		files[i] = file{
			name: fmt.Sprintf("%03d-%s", i, path.Base(name)),
			text: strings.ReplaceAll(string(text), "NUMBER", strconv.Itoa(i+1)),
		}
	}
	return files, nil
}

const header = `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata:
  generateName: bench-
spec:
  entrypoint: main
  templates:
  - name: work
    inputs:
      parameters:
      - name: input
        value: none
    script:
      image: alpine:3.20
      command: [sh]
      source: echo {{inputs.parameters.input}}
  - name: main
`

// chain is one workflow of n tasks, each of which uses what the one before it
// printed.
func chain(n int) file {
	return layers(n, 1)
}

// layers is one workflow of depth layers of width tasks. Each task waits for
// all tasks of the layer above and uses the output of one.
func layers(depth, width int) file {
	var b strings.Builder
	b.WriteString(header + "    dag:\n      tasks:\n")
	for d := range depth {
		for w := range width {
			fmt.Fprintf(&b, "      - name: t%d-%d\n        template: work\n", d, w)
			if d == 0 {
				continue
			}
			b.WriteString("        dependencies: [")
			for above := range width {
				if above > 0 {
					b.WriteString(", ")
				}
				fmt.Fprintf(&b, "t%d-%d", d-1, above)
			}
			fmt.Fprintf(&b, "]\n        arguments:\n          parameters:\n          - name: input\n            value: \"{{tasks.t%d-%d.outputs.result}}\"\n", d-1, w)
		}
	}
	return file{fmt.Sprintf("layers-%dx%d.yaml", depth, width), b.String()}
}

// stepList is one workflow of n steps, one after the other.
func stepList(n int) file {
	var b strings.Builder
	b.WriteString(header + "    steps:\n")
	for i := range n {
		fmt.Fprintf(&b, "    - - name: s%d\n        template: work\n", i)
		if i > 0 {
			fmt.Fprintf(&b, "        arguments:\n          parameters:\n          - name: input\n            value: \"{{steps.s%d.outputs.result}}\"\n", i-1)
		}
	}
	return file{fmt.Sprintf("steps-%d.yaml", n), b.String()}
}
