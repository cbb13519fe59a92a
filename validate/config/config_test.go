package config_test

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/yaml"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/config"
	"github.com/weft-lang/weft/validate/rules"
	"github.com/weft-lang/weft/validate/schema"
	"github.com/weft-lang/weft/validate/schema/jsonschema"
)

// verdicts says what Parse and the JSON Schema make of a text.
func verdicts(t *testing.T, text string) (found []diag.Diagnostic, schemaFound []string) {
	t.Helper()
	_, list := config.Parse(source.NewFile("weft.yaml", text), rules.All())
	docs, _ := yaml.Parse(source.NewFile("schema.json", config.Schema(rules.All())))
	s, err := jsonschema.Compile(docs[0].Root)
	if err != nil {
		t.Fatal(err)
	}
	if docs, _ := yaml.Parse(source.NewFile("weft.yaml", text)); len(docs) > 0 {
		s.Check(docs[0].Root, func(f schema.Finding) { schemaFound = append(schemaFound, f.Message) })
	}
	return list.Sorted(), schemaFound
}

// commented matches the lines of the starter that are examples.
var commented = regexp.MustCompile(`(?m)^# ((?:[a-z]+:|-|  ).*)$`)

// TestStarter holds that what weft init writes is good, and so are its examples
// once they are no comments any more.
func TestStarter(t *testing.T) {
	full := commented.ReplaceAllString(config.Starter(), "$1")
	for _, text := range []string{config.Starter(), full} {
		if found, schemaFound := verdicts(t, text); len(found)+len(schemaFound) > 0 {
			t.Errorf("findings: %v %v in\n%s", found, schemaFound, text)
		}
	}
	for _, key := range []string{"version", "profile", "rules", "overrides", "external", "stubs", "schemas", "target", "argo", "kubernetes", "images", "cluster", "ignore"} {
		if !strings.Contains(full, "\n"+key+":") {
			t.Errorf("the starter lacks %s", key)
		}
	}
}

// TestSchemaAgrees holds the JSON Schema, which editors use, to the verdicts of
// Parse.
func TestSchemaAgrees(t *testing.T) {
	for text, good := range map[string]bool{
		"version: 1":      true,
		"version: 2":      false,
		"profile: strict": true,
		"profile: lax":    false,
		"rules: {unknown-field: off, wrong-type: warning}":               true,
		"rules: {unknown-field: 'off'}":                                  true,
		"rules: {unknown-feild: off}":                                    false,
		"rules: {unknown-field: maybe}":                                  false,
		"rules: [unknown-field]":                                         false,
		"overrides: [{paths: [a], profile: argo}]":                       true,
		"overrides: [{profile: argo}]":                                   false,
		"overrides: [{paths: [a], severity: error}]":                     false,
		"external: [a, {name: b, kind: WorkflowTemplate, namespace: c}]": true,
		"external: [{kind: WorkflowTemplate}]":                           false,
		"external: [{name: a, kind: Workflow}]":                          false,
		"external: a":                                                    false,
		"stubs: [a, b/**]":                                               true,
		"stubs: a":                                                       false,
		"schemas: {parameters: {a: b}, plugins: {c: d}}":                 true,
		"schemas: {outputs: {a: b}}":                                     false,
		"target: weft":                                                   true,
		"target: moon":                                                   false,
		"argo: 4.1\nkubernetes: '1.34'":                                  true,
		"images: {a: [b]}":                                               true,
		"images: {a: {entrypoint: [b], cmd: [c]}}":                       true,
		"images: {a: {command: [c]}}":                                    false,
		"images: {a: b}":                                                 false,
		"cluster: {agentImage: a:1, driverImage: 'b@sha256:0'}":          true,
		"cluster: {gitImage: registry.example.org/git:1}":                true,
		"cluster: {agentImage: [a]}":                                     false,
		"cluster: {artifacts: {archiveLogs: true, s3: {endpoint: 'a:1', bucket: b, insecure: true, accessKeySecret: {name: a, key: b}}}}": true,
		"cluster: {artifacts: {s3: {createBucketIfNotPresent: {}, encryptionOptions: {enableEncryption: true}}}}":                         true,
		"cluster: {artifacts: {artifactory: {repoURL: 'https://a'}}}":                                                                     true,
		"cluster: {artifacts: {archiveLogs: true}}":                                                                                       false,
		"cluster: {artifacts: {gcs: {bucket: b}}}":                                                                                        false,
		"cluster: {artifacts: {s3: {bucket: b}, artifactory: {}}}":                                                                        false,
		"cluster: {artifacts: {s3: {buckets: b}}}":                                                                                        false,
		"cluster: {artifacts: {s3: {insecure: 1}}}":                                                                                       false,
		"cluster: {artifacts: {s3: {accessKeySecret: {name: a}}}}":                                                                        false,
		"cluster: {artifacts: {s3: {accessKeySecret: a}}}":                                                                                false,
		"cluster: {image: a}": false,
		"ignore: [a/**]":      true,
		"ignore: a":           false,
		"[]":                  false,
	} {
		found, schemaFound := verdicts(t, text)
		if (len(found) == 0) != good || (len(schemaFound) == 0) != good {
			t.Errorf("%s: findings %v, of the schema %v; good: %v", text, found, schemaFound, good)
		}
	}
}

func TestFinder(t *testing.T) {
	fsys := fstest.MapFS{
		"weft.yaml":             {Data: []byte("profile: strict\nignore: [b/skip, '*.tmp']")},
		"b/weft.yaml":           {Data: []byte("profile: argo\nstubs: [../s, t]\nschemas: {parameters: {p: s.json}}")},
		"b/c/d.yaml":            {},
		"repo/.git/HEAD":        {},
		"repo/a.yaml":           {},
		"other/profile.yaml":    {Data: []byte("profile: security")},
		"other/broken/a.yaml":   {},
		"other/broken/weft.yml": {},
	}
	f := config.NewFinder(fsys, config.FindOptions{Rules: rules.All()})
	for file, want := range map[string]validate.Profile{
		"a.yaml": validate.Strict, "other/a.yaml": validate.Strict, "b/a.yaml": validate.Argo, "b/c/d.yaml": validate.Argo, "repo/a.yaml": validate.Recommended,
	} {
		if got := f.Settings(file).Profile; got != want {
			t.Errorf("%s: profile %s, want %s", file, got, want)
		}
	}
	if f.Settings("a.yaml") != f.Settings("other/b.yaml") {
		t.Error("equal settings are two values")
	}
	for file, want := range map[string]bool{"a.yaml": false, "x.tmp": true, "deep/x.tmp": false, "weft.yaml": true, "other/weft.yaml": true} {
		if got := f.Ignores(file); got != want {
			t.Errorf("%s is ignored: %v", file, got)
		}
	}
	c, name := f.For("b/c/d.yaml")
	if name != "c/d.yaml" || c.Stubs[0].Name != "s" || c.Stubs[1].Name != "b/t" || c.Schemas.Parameters["p"].Name != "b/s.json" {
		t.Errorf("paths are %q, %v, %v", name, c.Stubs, c.Schemas)
	}

	security := validate.SecurityProfile
	for about, opts := range map[string]config.FindOptions{
		"a file for all": {File: "other/profile.yaml"}, "the profile wins": {Profile: &security}, "without files": {None: true, Profile: &security},
	} {
		f := config.NewFinder(fsys, opts)
		for _, file := range []string{"a.yaml", "b/a.yaml", "repo/a.yaml"} {
			if got := f.Settings(file).Profile; got != security {
				t.Errorf("%s: %s has profile %s", about, file, got)
			}
		}
	}
	if f := config.NewFinder(fsys, config.FindOptions{File: "nowhere.yaml"}); len(f.Failures()) != 1 || f.Settings("a.yaml") == nil {
		t.Errorf("failures: %v", f.Failures())
	}
}

// TestWorkDir holds that a weft.yaml above the working folder counts, and is
// named as seen from there.
func TestWorkDir(t *testing.T) {
	fsys := rooted{fstest.MapFS{"home/p/weft.yaml": {Data: []byte("profil: a")}, "home/p/q/r/a.yaml": {}}}
	f := config.NewFinder(fsys, config.FindOptions{WorkDir: "/home/p/q/r"})
	f.For("a.yaml")
	if found := f.Findings().Sorted(); len(found) != 1 || found[0].Span.String() != "../../weft.yaml:1:1" {
		t.Errorf("findings: %v", found)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(config.Starter())
	f.Add(commented.ReplaceAllString(config.Starter(), "$1"))
	f.Add("rules: {a: *b}\nexternal:\n-\n")
	all := rules.All()
	f.Fuzz(func(t *testing.T, text string) {
		file := source.NewFile("weft.yaml", text)
		c, list := config.Parse(file, all)
		for _, d := range list.Sorted() {
			if d.Rule != config.Rule || d.Span.File != file || d.Span.Start < 0 || d.Span.End > len(text) {
				t.Errorf("finding %v", d)
			}
		}
		c.Settings("a/b.yaml")
		c.Ignores("a/b.yaml")
	})
}

// rooted is a file system whose names are absolute.
type rooted struct{ fstest.MapFS }

func (r rooted) Open(name string) (fs.File, error) {
	return r.MapFS.Open(strings.TrimPrefix(name, "/"))
}
func (r rooted) Stat(name string) (fs.FileInfo, error) {
	return r.MapFS.Stat(strings.TrimPrefix(name, "/"))
}
func (r rooted) ReadFile(name string) ([]byte, error) {
	return r.MapFS.ReadFile(strings.TrimPrefix(name, "/"))
}
