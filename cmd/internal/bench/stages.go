package main

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/fstest"

	"go.yaml.in/yaml/v3"

	"github.com/weft-lang/weft/compiler"
	"github.com/weft-lang/weft/compiler/load"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/rules"
)

// benchmarkNodes reads files with the YAML library and does nothing else: the
// floor that no linter of YAML with positions gets below.
func benchmarkNodes(b *testing.B, files []file) {
	b.ReportAllocs()
	b.SetBytes(int64(size(files)))
	for b.Loop() {
		for _, f := range files {
			decoder := yaml.NewDecoder(strings.NewReader(f.text))
			for {
				var n yaml.Node
				err := decoder.Decode(&n)
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		}
	}
}

// benchmarkParse reads files the way weft does.
func benchmarkParse(b *testing.B, files []file) {
	fsys := fileSystem(files)
	b.ReportAllocs()
	b.SetBytes(int64(size(files)))
	for b.Loop() {
		if r := load.Load(fsys, []string{"."}, load.Options{}); len(r.Files) != len(files) {
			b.Fatalf("%d files were read, want %d", len(r.Files), len(files))
		}
	}
}

// benchmarkLint reads files, binds them and runs every rule.
func benchmarkLint(b *testing.B, files []file) {
	fsys := fileSystem(files)
	catalogue := rules.All()
	b.ReportAllocs()
	b.SetBytes(int64(size(files)))
	for b.Loop() {
		if n := errorCount(lint(fsys, catalogue)); n > maxFindings {
			b.Fatalf("%d errors in what should be good", n)
		}
	}
}

func lint(fsys fstest.MapFS, catalogue []validate.Rule) *diag.List {
	loaded := load.Load(fsys, []string{"."}, load.Options{})
	project := compiler.Bind(loaded.Documents)
	return validate.Check(project, validate.Options{Rules: catalogue, Front: loaded.Findings}).Findings
}

func errorCount(findings *diag.List) int {
	n := 0
	for _, d := range findings.Sorted() {
		if d.Severity == diag.Error {
			n++
		}
	}
	return n
}

func fileSystem(files []file) fstest.MapFS {
	fsys := fstest.MapFS{}
	for _, f := range files {
		fsys[f.name] = &fstest.MapFile{Data: []byte(f.text)}
	}
	return fsys
}
