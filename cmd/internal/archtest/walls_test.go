package archtest

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/weft-lang/weft/"

// repository is the root of the checkout.
var repository = os.DirFS("../../..")

// A goFile is one parsed file of ours.
type goFile struct {
	name, dir string // relative to the root
	test      bool
	generated bool
	lines     int
	syntax    *ast.File
}

func (f goFile) imports(t *testing.T) []string {
	t.Helper()
	var paths []string
	for _, spec := range f.syntax.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, p)
	}
	return paths
}

// goFiles parses every Go file of the repository, imports and comments only.
func goFiles(t *testing.T) []goFile {
	t.Helper()
	var files []goFile
	err := fs.WalkDir(repository, ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && name != "." && (strings.HasPrefix(e.Name(), ".") || e.Name() == "testdata" || e.Name() == "bin" || e.Name() == "dist"):
			return fs.SkipDir
		case e.IsDir() || path.Ext(name) != ".go":
			return nil
		}
		text, err := fs.ReadFile(repository, name)
		if err != nil {
			return err
		}
		syntax, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			return err
		}
		files = append(files, goFile{
			name: name, dir: path.Dir(name), test: strings.HasSuffix(name, "_test.go"),
			generated: ast.IsGenerated(syntax), lines: bytes.Count(text, []byte("\n")), syntax: syntax,
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 50 {
		t.Fatalf("only %d Go files found: this is not the repository", len(files))
	}
	return files
}

// roomOf finds the row of a package: its own, or that of the package whose
// internal folder it is in.
func roomOf(dir string) (string, bool) {
	if _, ok := rooms[dir]; ok {
		return dir, true
	}
	if owner, _, ok := strings.Cut(dir, "/internal/"); ok {
		_, ok = rooms[owner]
		return owner, ok
	}
	return "", false
}

func TestWalls(t *testing.T) {
	for _, f := range goFiles(t) {
		name, ok := roomOf(f.dir)
		if !ok {
			t.Errorf("%s: package %s has no row in the table of rooms", f.name, f.dir)
			continue
		}
		if f.test { // a test may look at the whole house
			continue
		}
		for _, imported := range f.imports(t) {
			if !allowed(name, imported) {
				t.Errorf("%s: %s must not import %s", f.name, name, imported)
			}
		}
	}
}

// allowed decides on one import of the package whose row is name.
func allowed(name, imported string) bool {
	r := rooms[name]
	if ours, ok := strings.CutPrefix(imported, module); ok {
		if ours == name || strings.HasPrefix(ours, name+"/internal/") {
			return true
		}
		return slices.ContainsFunc(r.ours, func(pattern string) bool {
			prefix, deep := strings.CutSuffix(pattern, "/...")
			return ours == prefix || deep && strings.HasPrefix(ours, prefix+"/")
		})
	}
	switch {
	case slices.Contains(r.never, imported):
		return false
	case strings.HasPrefix(imported, "k8s.io/client-go"):
		return r.client || slices.Contains(r.theirs, imported)
	case strings.HasPrefix(imported, "k8s.io/"):
		return r.free || slices.Contains(r.theirs, imported)
	}
	return true
}

// TestWallsStand holds that the table forbids what the design forbids.
func TestWallsStand(t *testing.T) {
	for _, tt := range []struct {
		room, imported string
		want           bool
	}{
		{"lang/tree", module + "lang/source", true},
		{"lang/tree", module + "lang/diag", false},
		{"lang/expr", module + "lang/yaml", false},
		{"lang/weft", module + "schemas", false},
		{"compiler/ir", module + "lang/diag", false},
		{"validate", "k8s.io/apimachinery/pkg/api/resource", true},
		{"validate", "k8s.io/api/core/v1", false},
		{"validate/rules", "os", false},
		{"compiler/pod", "k8s.io/api/core/v1", true},
		{"compiler/pod", "k8s.io/client-go/kubernetes", false},
		{"runtime/engine", "k8s.io/api/core/v1", false},
		{"runtime/agent", module + "lang/expr", false},
		{"runtime/agent/resource", "k8s.io/client-go/util/jsonpath", true},
		{"runtime/agent/resource", "k8s.io/client-go/rest", false},
		{"runtime/engine", "math/rand/v2", false},
		{"runtime/kube", "k8s.io/client-go/kubernetes", true},
		{"cmd/weft", module + "lang/tree", false},
		{"cmd", module + "lang/diag/render", true},
		{"schemas", module + "schemas/internal/api", true},
	} {
		if got := allowed(tt.room, tt.imported); got != tt.want {
			t.Errorf("%s may import %s: %v, want %v", tt.room, tt.imported, got, tt.want)
		}
	}
	for name, r := range rooms {
		for _, ours := range r.ours {
			if _, ok := roomOf(ours); !ok && !strings.HasSuffix(ours, "/...") {
				t.Errorf("row %s allows %s, which has no row", name, ours)
			}
		}
	}
}

func TestFileLength(t *testing.T) {
	for _, f := range goFiles(t) {
		limit := 500
		if f.test {
			limit = 800
		}
		if !f.generated && f.lines > limit {
			t.Errorf("%s has %d lines, the limit is %d", f.name, f.lines, limit)
		}
	}
}

func TestMainIsShort(t *testing.T) {
	for _, f := range goFiles(t) {
		if strings.HasPrefix(f.dir, "cmd/weft") && f.lines > 25 {
			t.Errorf("%s has %d lines: what a command does belongs below cmd/internal/cli", f.name, f.lines)
		}
	}
}

func TestPackageComments(t *testing.T) {
	commented := map[string]bool{}
	for _, f := range goFiles(t) {
		if !f.test {
			commented[f.dir] = commented[f.dir] || f.syntax.Doc != nil
		}
	}
	for dir, ok := range commented {
		if !ok {
			t.Errorf("package %s has no package comment", dir)
		}
	}
}

// TestEngineIsPure holds that the engine starts no goroutine and reads no
// clock: time comes to it in events.
func TestEngineIsPure(t *testing.T) {
	for _, f := range goFiles(t) {
		if f.dir != "runtime/engine" || f.test {
			continue
		}
		text, err := fs.ReadFile(repository, f.name)
		if err != nil {
			t.Fatal(err)
		}
		for _, finding := range impurities(t, f.name, text) {
			t.Error(finding)
		}
	}
}

// impurities lists what in a file depends on time or on scheduling.
func impurities(t *testing.T, name string, text []byte) []string {
	t.Helper()
	fset := token.NewFileSet()
	syntax, err := parser.ParseFile(fset, name, text, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	ast.Inspect(syntax, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			found = append(found, fset.Position(n.Pos()).String()+": starts a goroutine")
		case *ast.SelectStmt, *ast.SendStmt:
			found = append(found, fset.Position(n.Pos()).String()+": uses a channel")
		case *ast.SelectorExpr:
			pkg, ok := n.X.(*ast.Ident)
			if ok && pkg.Name == "time" && slices.Contains([]string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "NewTimer", "NewTicker", "Tick"}, n.Sel.Name) {
				found = append(found, fset.Position(n.Pos()).String()+": uses time."+n.Sel.Name)
			}
		}
		return true
	})
	return found
}

func TestImpurities(t *testing.T) {
	const bad = `package p
import "time"
func f(c chan int) time.Duration { go f(c); c <- 1; select {}; return time.Since(time.Now()) }`
	if got := impurities(t, "bad.go", []byte(bad)); len(got) != 5 {
		t.Errorf("found %q, want 5 impurities", got)
	}
	const good = `package p
import "time"
func f(at time.Time) time.Time { return at.Add(time.Second) }`
	if got := impurities(t, "good.go", []byte(good)); len(got) != 0 {
		t.Errorf("found %q in a pure file", got)
	}
}
