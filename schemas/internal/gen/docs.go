package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strings"
	"unicode"
)

// docs are the comments of the API types, by type ("Template") and by field
// ("Template.Name").
type docs map[string]string

// readDocs reads the comments of all Go files of a folder.
func readDocs(dir string) (docs, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	d := docs{}
	for _, path := range paths {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		d.addFile(file)
	}
	return d, nil
}

func (d docs) addFile(file *ast.File) {
	for _, decl := range file.Decls {
		gen, ok := decl.(*ast.GenDecl)
		if !ok || gen.Tok != token.TYPE {
			continue
		}
		for _, spec := range gen.Specs {
			t := spec.(*ast.TypeSpec)
			d[t.Name.Name] = gen.Doc.Text()
			if s, ok := t.Type.(*ast.StructType); ok {
				for _, f := range s.Fields.List {
					for _, name := range f.Names {
						d[t.Name.Name+"."+name.Name] = f.Doc.Text()
					}
				}
			}
		}
	}
}

// ofType says what a type is. Types of Kubernetes bring their own words, of
// which the first sentence is taken.
func (d docs) ofType(t reflect.Type) string {
	if text, ok := d[t.Name()]; ok && packages[t.PkgPath()] == "" {
		_, rest, _ := strings.Cut(flatten(text), " is ")
		if rest == "" {
			return flatten(text)
		}
		return upperFirst(rest)
	}
	return firstSentence(swagger(t)[""])
}

// ofField says what a field is for and, if it is deprecated, what to use instead.
func (d docs) ofField(t reflect.Type, f reflect.StructField) (doc, deprecated string) {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	if packages[t.PkgPath()] != "" {
		text := swagger(t)[name]
		if _, rest, ok := strings.Cut(text, "Deprecated: "); ok {
			deprecated = firstSentence(rest)
		}
		return firstSentence(text), deprecated
	}
	doc, deprecated, _ = strings.Cut(d[t.Name()+"."+f.Name], "\n\nDeprecated: ")
	return flatten(doc), flatten(deprecated)
}

// swagger returns what a type of Kubernetes says of its fields.
func swagger(t reflect.Type) map[string]string {
	if s, ok := reflect.New(t).Interface().(interface{ SwaggerDoc() map[string]string }); ok {
		return s.SwaggerDoc()
	}
	return nil
}

func flatten(text string) string { return strings.Join(strings.Fields(text), " ") }

func upperFirst(text string) string {
	r := []rune(text)
	r[0] = unicode.ToUpper(r[0])
	return string(r)
}

// firstSentence is text up to the first full stop that a new sentence follows.
func firstSentence(text string) string {
	text, _, _ = strings.Cut(text, "\n\n")
	text = flatten(text)
	for i := 0; i+2 < len(text); i++ {
		if text[i] == '.' && text[i+1] == ' ' && unicode.IsUpper(rune(text[i+2])) && !strings.HasSuffix(text[:i], "e.g") {
			return text[:i+1]
		}
	}
	return text
}
