package load_test

import (
	"fmt"
	"io/fs"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"

	"github.com/weft-lang/weft/compiler/load"
)

const workflow = "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: a}\n"

// folder makes a file system of names, each a small workflow; "name=text"
// gives another content.
func folder(files ...string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for _, f := range files {
		name, text, ok := strings.Cut(f, "=")
		if !ok {
			text = workflow
		}
		fsys[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
	}
	return fsys
}

func names(r *load.Result) []string {
	out := []string{}
	for _, f := range r.Files {
		out = append(out, f.Source.Name)
	}
	return out
}

func TestDiscovery(t *testing.T) {
	for _, tt := range []struct {
		name  string
		files []string
		args  string
		want  string
	}{
		{"a file", []string{"a.yaml", "b.yaml"}, "a.yaml", "a.yaml"},
		{"a folder, all extensions", []string{"d/a.yaml", "d/b.yml", "d/c.json", "d/e.txt", "d/sub/f.yaml"}, "d", "d/a.yaml d/b.yml d/c.json d/sub/f.yaml"},
		{"here", []string{"b.yaml", "a.yaml"}, ".", "a.yaml b.yaml"},
		{"cleaned names", []string{"d/a.yaml"}, "./d/ d/../d/a.yaml", "d/a.yaml"},
		{"any extension when named", []string{"a.txt"}, "a.txt", "a.txt"},
		{"sorted whatever the order", []string{"a.yaml", "b.yaml"}, "b.yaml a.yaml", "a.yaml b.yaml"},
		{"hidden and vendored folders", []string{".h/a.yaml", "vendor/a.yaml", "x/node_modules/a.yaml", "x/.hidden.yaml"}, ".", "x/.hidden.yaml"},
		{"hidden folder when named", []string{".h/a.yaml"}, ".h", ".h/a.yaml"},
		{"folder that looks like a file", []string{"d.yaml/a.yaml"}, ".", "d.yaml/a.yaml"},
		{"glob", []string{"a.yaml", "b.json", "d/c.yaml"}, "*.yaml", "a.yaml"},
		{"deep glob", []string{"a.yaml", "d/e/c.yaml", "d/c.json"}, "**/*.yaml", "a.yaml d/e/c.yaml"},
		{"glob with alternatives", []string{"a/x.yaml", "b/c/x.yaml", "d/x.yaml"}, "{a,b/c}/x.yaml", "a/x.yaml b/c/x.yaml"},
		{"glob below a folder", []string{"d/1/x.yaml", "d/1/y.yaml", "e/1/x.yaml"}, "d/*/x.yaml", "d/1/x.yaml"},
		{"a name with brackets", []string{"a[1].yaml"}, "a[1].yaml", "a[1].yaml"},
		{"no workflow inside", []string{"a.yaml=kind: Service\n", "b.yaml=x: WORKFLOW\n"}, ".", "b.yaml"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := load.Load(folder(tt.files...), strings.Fields(tt.args), load.Options{})
			if got := strings.Join(names(r), " "); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			for _, err := range r.Failures {
				t.Error(err)
			}
		})
	}
}

func TestIgnored(t *testing.T) {
	for _, tt := range []struct {
		name    string
		ignore  string // of the root
		nested  string // of folder d
		ignored string
	}{
		{"a name at any level", "x.yaml", "", "x.yaml d/x.yaml d/e/x.yaml"},
		{"a name at the root", "/x.yaml", "", "x.yaml"},
		{"a path", "d/x.yaml", "", "d/x.yaml"},
		{"a folder", "e/", "", "d/e/x.yaml d/e/y.yaml"},
		{"a folder pattern is no file", "x.yaml/", "", ""},
		{"a star", "d/*.yaml", "", "d/x.yaml d/y.yaml"},
		{"two stars", "d/**/x.yaml", "", "d/x.yaml d/e/x.yaml"},
		{"what is in a folder", "d/e/**\n!d/e/y.yaml", "", "d/e/x.yaml"},
		{"the last rule wins", "*.yaml\n!x.yaml", "", "d/e/y.yaml d/y.yaml y.yaml"},
		{"nested after root", "x.yaml", "!x.yaml", "x.yaml"},
		{"nested is anchored in its folder", "", "/x.yaml", "d/x.yaml"},
		{"comments, blanks, CRLF", "# x.yaml\n\n/y.yaml  \r\n", "", "y.yaml"},
		{"braces are letters", "{x,y}.yaml", "", ""},
		{"a broken pattern matches nothing", "[", "", ""},
		{"nothing within an ignored folder comes back", "d/e\n!d/e/x.yaml", "", "d/e/x.yaml d/e/y.yaml"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			all := []string{"x.yaml", "y.yaml", "d/x.yaml", "d/y.yaml", "d/e/x.yaml", "d/e/y.yaml"}
			fsys := folder(append(all, ".gitignore="+tt.ignore, "d/.gitignore="+tt.nested)...)
			got := names(load.Load(fsys, []string{"."}, load.Options{}))
			want := slices.DeleteFunc(slices.Clone(all), func(n string) bool {
				return slices.Contains(strings.Fields(tt.ignored), n)
			})
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("got  %v\nwant %v", got, want)
			}
		})
	}
}

// TestIgnoredAbove holds that a folder argument obeys its repository's
// .gitignore, that a folder outside any repository does not obey what happens
// to lie above it, and that files named explicitly are read all the same.
func TestIgnoredAbove(t *testing.T) {
	fsys := folder("repo/.git/HEAD=x", "repo/.gitignore=/flows/gen\n", "repo/flows/a.yaml", "repo/flows/gen/b.yaml", ".gitignore=a.yaml\n",
		"loose/a.yaml")
	for args, want := range map[string]string{
		"repo/flows":                         "repo/flows/a.yaml",
		"repo/flows/gen":                     "repo/flows/gen/b.yaml",
		"repo/flows repo/flows/gen/b.yaml":   "repo/flows/a.yaml repo/flows/gen/b.yaml",
		"loose":                              "loose/a.yaml",
		"repo/**/*.yaml":                     "repo/flows/a.yaml",
		"repo/flows/a.yaml repo/flows/*.yml": "repo/flows/a.yaml",
	} {
		r := load.Load(fsys, strings.Fields(args), load.Options{})
		if got := strings.Join(names(r), " "); got != want {
			t.Errorf("%s: got %s, want %s", args, got, want)
		}
	}
}

func TestNamedTwice(t *testing.T) {
	r := load.Load(absolute{folder("d/a.yaml")}, []string{"/w/d", "d/a.yaml", "d"}, load.Options{WorkDir: "/w"})
	if got := names(r); !slices.Equal(got, []string{"/w/d/a.yaml"}) {
		t.Fatalf("read %v", got)
	}
	if !r.Files[0].Explicit || !r.Files[0].Ours || len(r.Documents) != 1 {
		t.Errorf("explicit %v, ours %v, %d documents", r.Files[0].Explicit, r.Files[0].Ours, len(r.Documents))
	}
}

// absolute serves a file system as the folder /w, too.
type absolute struct{ fstest.MapFS }

func (a absolute) Open(name string) (fs.File, error) {
	name = strings.TrimPrefix(name, "/w/")
	return a.MapFS.Open(name)
}
func (a absolute) Stat(name string) (fs.FileInfo, error) {
	return fs.Stat(a.MapFS, strings.TrimPrefix(name, "/w/"))
}
func (a absolute) ReadFile(name string) ([]byte, error) {
	return fs.ReadFile(a.MapFS, strings.TrimPrefix(name, "/w/"))
}
func (a absolute) ReadDir(name string) ([]fs.DirEntry, error) {
	return fs.ReadDir(a.MapFS, strings.TrimPrefix(name, "/w/"))
}

func TestFailures(t *testing.T) {
	fsys := folder("a.yaml", "d/a.yaml")
	r := load.Load(fsys, []string{"missing.yaml", "a.yaml", "gone/*.yaml", "[.yaml", "-"}, load.Options{})
	want := []string{
		`cannot read "missing.yaml": file does not exist`,
		`cannot read "gone": file does not exist`,
		`cannot read "[.yaml": not a valid pattern`,
		`cannot read standard input: there is none`,
	}
	var got []string
	for _, err := range r.Failures {
		got = append(got, err.Error())
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if !slices.Equal(names(r), []string{"a.yaml"}) {
		t.Errorf("the good file was not read: %v", names(r))
	}
	broken := load.Options{Stdin: iotest.ErrReader(fs.ErrClosed)}
	if r := load.Load(fsys, []string{"-"}, broken); len(r.Failures) != 1 {
		t.Errorf("failures of a broken stdin: %v", r.Failures)
	}
}

func TestStdin(t *testing.T) {
	for pretend, want := range map[string]string{"": "stdin", "flows/a.yaml": "flows/a.yaml"} {
		r := load.Load(folder(), []string{"-", "-"}, load.Options{Stdin: strings.NewReader(workflow), StdinName: pretend})
		if len(r.Files) != 1 || r.Files[0].Source.Name != want || !r.Files[0].Explicit || !r.Files[0].Ours {
			t.Errorf("StdinName %q: %+v, failures %v", pretend, r.Files, r.Failures)
		}
	}
}

// TestImports holds that a .weft file finds what it imports beside itself, and
// that the imported file, met in the folder as well, is reported once.
func TestImports(t *testing.T) {
	fsys := folder(
		"flows/a.weft=workflow a\nimport \"lib/print.weft\" as lib\nsteps main {\n  lib.say(\"hi\")\n}\n",
		"flows/lib/print.weft=container say(text) { image \"busybox:1.37\", args [text, txet] }\n",
		"flows/b.weft=workflow b\nimport \"gone.weft\" as lib\nsteps main {\n  lib.say()\n}\n",
	)
	r := load.Load(fsys, []string{"."}, load.Options{})
	var got []string
	for _, d := range r.Findings.Sorted() {
		got = append(got, fmt.Sprint(d.Span, " ", d.Rule))
	}
	want := []string{"flows/b.weft:2:8 weft-import", "flows/lib/print.weft:1:57 weft-unknown-name"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if len(r.Documents) != 2 {
		t.Errorf("%d documents, want 2", len(r.Documents))
	}
	for _, f := range r.Files {
		if !f.Ours {
			t.Errorf("%s is not ours", f.Source.Name)
		}
	}
}

// TestForeign holds which broken files are worth a word.
func TestForeign(t *testing.T) {
	const broken = "kind: %s\nspec: [workflow\n"
	for _, tt := range []struct {
		name, text string
		walked     bool // reported when met in a folder
	}{
		{"ours by kind", fmt.Sprintf(broken, "Workflow"), true},
		{"ours by quoted kind", "\"kind\": 'CronWorkflow' # x\nspec: [\n", true},
		{"ours by group", "apiVersion: argoproj.io/v1alpha1\nworkflow: [\n", true},
		{"somebody's", fmt.Sprintf(broken, "Deployment"), false},
		{"no kind", "workflow: [\n", false},
		{"a neighbour of ours", workflow + "---\nkind: Deployment\na: 1\na: 2\n", false},
		{"ours with a neighbour", workflow + "spec: {a: 1, a: 2}\n---\nkind: Deployment\n", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fsys := folder("d/a.yaml=" + tt.text)
			if n := load.Load(fsys, []string{"d/a.yaml"}, load.Options{}).Findings.Len(); n == 0 {
				t.Error("a file named explicitly is broken, and nothing was said")
			}
			if n := load.Load(fsys, []string{"d"}, load.Options{}).Findings.Len(); (n > 0) != tt.walked {
				t.Errorf("%d findings on a file met in a folder, want some: %v", n, tt.walked)
			}
		})
	}
}

// TestForeignWanted reads manifests of other kinds, whatever is wrong with them.
func TestForeignWanted(t *testing.T) {
	fsys := folder("a.yaml", "map.yaml=kind: ConfigMap\n", "chart.yaml=a: {{ b }}\n", "sub/values.yaml=a: 1\n", "notes.txt=a: 1\n")
	r := load.Load(fsys, []string{"."}, load.Options{Foreign: true})
	if got, want := names(r), []string{"a.yaml", "chart.yaml", "map.yaml", "sub/values.yaml"}; !slices.Equal(got, want) {
		t.Errorf("read %v, want %v", got, want)
	}
	if r.Findings.Len() > 0 || len(r.Failures) > 0 {
		t.Errorf("%v %v", r.Findings.Sorted(), r.Failures)
	}
	for _, f := range r.Files {
		if f.Damaged != (f.Source.Name == "chart.yaml") || f.Ours != (f.Source.Name == "a.yaml") {
			t.Errorf("%s: damaged %v, ours %v", f.Source.Name, f.Damaged, f.Ours)
		}
	}
}

func TestSameWhateverTheParallelism(t *testing.T) {
	var files []string
	for i := range 200 {
		files = append(files, fmt.Sprintf("d%d/f%d.yaml=%sspec: {x: 1, x: %d}\n", i%7, i, workflow, i))
	}
	describe := func() string {
		r := load.Load(folder(files...), []string{"."}, load.Options{})
		var b strings.Builder
		for _, d := range r.Documents {
			fmt.Fprintln(&b, d.File.Name, d.Index)
		}
		for _, d := range r.Findings.Sorted() {
			fmt.Fprintln(&b, d.Span, d.Rule, d.Message)
		}
		return b.String()
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	want := describe()
	if strings.Count(want, "\n") < 400 {
		t.Fatalf("too little was read: %s", want)
	}
	runtime.GOMAXPROCS(8)
	if got := describe(); got != want {
		t.Error("8 processors give another result than 1")
	}
}

func FuzzDiscovery(f *testing.F) {
	f.Add("*.yaml", "!/d/[x\\", "d/**/x?.yaml")
	f.Add("{a,b/**}", "**/x/", "\\")
	f.Fuzz(func(t *testing.T, arg, ignore, nested string) {
		fsys := folder("x.yaml", "d/x.yaml", "d/.gitignore="+nested, ".gitignore="+ignore)
		r := load.Load(fsys, []string{arg, "."}, load.Options{})
		if !slices.IsSorted(names(r)) {
			t.Errorf("files out of order: %v", names(r))
		}
	})
}

func TestContext(t *testing.T) {
	fsys := folder("a.yaml", "b.yaml", "d/c.yaml", "d/broken.yaml=kind: Workflow\na: [\n")
	changed := func(name string) bool { return name == "/w/b.yaml" }
	for _, tt := range []struct {
		name  string
		args  []string
		opts  load.Options
		files string
		more  string // context
	}{
		{"beside", []string{"a.yaml"}, load.Options{Context: []string{"."}}, "a.yaml", "b.yaml d/broken.yaml d/c.yaml"},
		{"the same", []string{"."}, load.Options{Context: []string{"a.yaml"}}, "a.yaml b.yaml d/broken.yaml d/c.yaml", ""},
		{"named absolutely", []string{"/w/a.yaml"}, load.Options{Context: []string{"a.yaml"}, WorkDir: "/w"}, "/w/a.yaml", ""},
		{"changed", []string{"."}, load.Options{WorkDir: "/w", Changed: changed}, "b.yaml", "a.yaml d/broken.yaml d/c.yaml"},
		{"stdin counts as changed", []string{"-"}, load.Options{Stdin: strings.NewReader(workflow), Changed: changed, Context: []string{"d"}}, "stdin", "d/broken.yaml d/c.yaml"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := load.Load(absolute{fsys}, tt.args, tt.opts)
			var more []string
			for _, d := range r.Context {
				if !slices.Contains(more, d.File.Name) {
					more = append(more, d.File.Name)
				}
			}
			if got := strings.Join(names(r), " "); got != tt.files {
				t.Errorf("files %q, want %q", got, tt.files)
			}
			if got := strings.Join(more, " "); got != tt.more {
				t.Errorf("context %q, want %q", got, tt.more)
			}
			for _, d := range r.Findings.Sorted() {
				if strings.Contains(tt.more, d.Span.File.Name) {
					t.Errorf("a finding in context: %s", d.Message)
				}
			}
		})
	}
}

func TestFolders(t *testing.T) {
	fsys := folder("a/b/x.yaml", "a/vendor/x.yaml", "c/y.yaml", "d/e/z.yaml")
	got := load.Load(fsys, []string{"a", "c/y.yaml"}, load.Options{}).Folders
	if want := []string{"a", "a/b", "c"}; !slices.Equal(got, want) {
		t.Errorf("folders %q, want %q", got, want)
	}
}
