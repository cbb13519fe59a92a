package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const schemasDir = "../.."

func TestGeneratedFilesAreUpToDate(t *testing.T) {
	files, err := generate(schemasDir)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range files {
		got, err := os.ReadFile(filepath.Join(schemasDir, path))
		if err != nil {
			t.Error(err)
		} else if !bytes.Equal(got, want) {
			t.Errorf("%s is stale: run go generate ./schemas", path)
		}
	}
}

func TestEverythingIsDocumented(t *testing.T) {
	d, err := readDocs(filepath.Join(schemasDir, "internal", "api"))
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range newModel(d).sorted() {
		if o.Doc == "" {
			t.Errorf("%s has no comment", o.Name)
		}
		for _, f := range o.Fields {
			if f.Doc == "" {
				t.Errorf("%s.%s has no comment", o.Name, f.Name)
			}
			if f.Values != nil && f.Checked == "" {
				t.Errorf("%s.%s has values, but nobody checks them", o.Name, f.Name)
			}
		}
	}
}

func TestFirstSentence(t *testing.T) {
	for in, want := range map[string]string{
		"":                         "",
		"One thing":                "One thing",
		"One thing. Two things.":   "One thing.",
		"One, e.g. This. And more": "One, e.g. This.",
		"Version 1.2 of it. More.": "Version 1.2 of it.",
		"Above\n\nBelow":           "Above",
		"Wrapped\nline. Next":      "Wrapped line.",
	} {
		if got := firstSentence(in); got != want {
			t.Errorf("firstSentence(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestParseLimits(t *testing.T) {
	l := parseLimits("min=0,max=511,minItems=1,maxItems=200,required,literal,noZone")
	if *l.Min != 0 || *l.Max != 511 || l.MinItems != 1 || l.MaxItems != 200 || !l.Required || !l.Literal || !l.NoZone {
		t.Errorf("got %+v", l)
	}
	if l := parseLimits(""); l != (limits{}) {
		t.Errorf("no limits: got %+v", l)
	}
}

func TestTypeConst(t *testing.T) {
	for in, want := range map[string]string{"Template": "typeTemplate", "core.Container": "typeCoreContainer"} {
		if got := typeConst(in); got != want {
			t.Errorf("typeConst(%q) = %q, want %q", in, got, want)
		}
	}
}

// Embedded structs stand in the place where they are embedded.
func TestFieldOrder(t *testing.T) {
	m := newModel(docs{})
	var names []string
	for _, f := range m.objects["Artifact"].Fields {
		names = append(names, f.Name)
	}
	want := "name path mode from archiveLogs s3 git http artifactory hdfs raw oss gcs azure plugin globalName archive optional subPath recurseMode fromExpression artifactGC deleted"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
