// Command gen writes everything that is derived from the API types: the JSON
// Schemas, the table of the structural walk and the field table of .weft.
//
// It runs in the folder schemas; see the go:generate line there.
package main

import (
	"fmt"
	"go/format"
	"maps"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	files, err := generate(".")
	if err == nil {
		err = write(".", files)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

// generate returns the content of every generated file by its path below dir,
// which is the folder schemas.
func generate(dir string) (map[string][]byte, error) {
	d, err := readDocs(filepath.Join(dir, "internal", "api"))
	if err != nil {
		return nil, err
	}
	m := newModel(d)
	files := map[string][]byte{
		"../lang/weft/fields_gen.go":      weftFields(m),
		"../validate/schema/types_gen.go": walkTable(m),
	}
	schemas, err := jsonSchemas(m)
	if err != nil {
		return nil, err
	}
	maps.Copy(files, schemas)
	for path, text := range files {
		if strings.HasSuffix(path, ".go") {
			if files[path], err = format.Source(text); err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
		}
	}
	return files, nil
}

func write(dir string, files map[string][]byte) error {
	for path, text := range files {
		if err := os.WriteFile(filepath.Join(dir, path), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
