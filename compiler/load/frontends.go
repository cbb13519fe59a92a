package load

import (
	"io/fs"
	"path"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/weft"
	"github.com/weft-lang/weft/lang/yaml"
)

// A frontEnd turns a file into documents. What the file imports comes from fsys.
type frontEnd struct {
	parse func(fsys fs.FS, f *source.File) ([]*tree.Document, *diag.List)
	// mayBeForeign: files of this extension often belong to somebody else.
	mayBeForeign bool
}

// frontEnds is the table of file extensions.
var frontEnds = map[string]frontEnd{
	".yaml": {parseYAML, true},
	".yml":  {parseYAML, true},
	".json": {parseYAML, true},
	".weft": {parseWeft, false},
}

// frontEndFor is the front end for a file of that name. What the user names
// himself, whatever its extension, is taken for YAML.
func frontEndFor(name string) frontEnd {
	if f, ok := frontEnds[path.Ext(name)]; ok {
		return f
	}
	return frontEnds[".yaml"]
}

// frontEndOf is the front end for text read as c. Standard input that has not
// been given a name tells its language itself.
func frontEndOf(c candidate, text string) frontEnd {
	if c.stdin && path.Ext(c.name) == "" && weft.Recognize(text) {
		return frontEnds[".weft"]
	}
	return frontEndFor(c.name)
}

func parseYAML(_ fs.FS, f *source.File) ([]*tree.Document, *diag.List) { return yaml.Parse(f) }

func parseWeft(fsys fs.FS, f *source.File) ([]*tree.Document, *diag.List) {
	file, findings := weft.Parse(f)
	docs, lowered := weft.Lower(file, weft.Options{Load: importer(fsys)})
	findings.Append(lowered)
	return docs, findings
}

// importer reads imported files, whose names are relative to the file with the
// import.
func importer(fsys fs.FS) func(string, *source.File) (*source.File, error) {
	return func(name string, from *source.File) (*source.File, error) {
		if !path.IsAbs(name) {
			name = path.Join(path.Dir(from.Name), name)
		}
		f, err := source.Read(fsys, name, "")
		if err != nil {
			return nil, cause(err)
		}
		return f, nil
	}
}
