// Package baseline remembers findings that are known, so that a project with
// many old ones can insist on no new ones. It reads and writes bytes; files are
// for the command line.
package baseline

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
)

// version of the format.
const version = 1

// Baseline counts findings by file, rule and fingerprint.
type Baseline struct {
	files map[string]map[string]map[string]int
}

// content is the file. Maps are written in the order of their keys, so that it
// changes no more than what it holds does.
type content struct {
	Version int                                  `json:"version"`
	Files   map[string]map[string]map[string]int `json:"files"`
}

// New counts findings. name turns the name of a file into the one to remember.
func New(findings []diag.Diagnostic, name func(string) string) *Baseline {
	b := &Baseline{files: map[string]map[string]map[string]int{}}
	for _, d := range findings {
		b.add(fileOf(d, name), d.Rule, fingerprint(d), 1)
	}
	return b
}

// Parse reads what Bytes has written.
func Parse(text []byte) (*Baseline, error) {
	var c content
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&c); err != nil {
		return nil, fmt.Errorf("not a baseline: %w", err)
	}
	if c.Version != version {
		return nil, fmt.Errorf("a baseline of version %d, and this weft reads version %d", c.Version, version)
	}
	return &Baseline{files: c.Files}, nil
}

// Bytes is the baseline as a file.
func (b *Baseline) Bytes() []byte {
	text, err := json.MarshalIndent(content{version, b.files}, "", "  ")
	if err != nil {
		panic(err) // maps of strings and numbers always marshal
	}
	return append(text, '\n')
}

// Len is the number of findings.
func (b *Baseline) Len() int {
	n := 0
	for _, rules := range b.files {
		for _, prints := range rules {
			for _, count := range prints {
				n += count
			}
		}
	}
	return n
}

// Apply returns the findings that are not known, and what of the baseline the
// others have used up. Of findings that look alike the first ones are known.
func (b *Baseline) Apply(findings []diag.Diagnostic, name func(string) string) (fresh []diag.Diagnostic, used *Baseline) {
	used = New(nil, name)
	for _, d := range findings {
		file, rule, print := fileOf(d, name), d.Rule, fingerprint(d)
		if used.files[file][rule][print] < b.files[file][rule][print] {
			used.add(file, rule, print, 1)
		} else {
			fresh = append(fresh, d)
		}
	}
	return fresh, used
}

// Prune returns what is still needed: what was used, and all of the files that
// were not looked at.
func (b *Baseline) Prune(used *Baseline, looked func(file string) bool) *Baseline {
	pruned := New(nil, nil)
	for file, rules := range b.files {
		from := rules
		if looked(file) {
			from = used.files[file]
		}
		for rule, prints := range from {
			for print, count := range prints {
				pruned.add(file, rule, print, count)
			}
		}
	}
	return pruned
}

func (b *Baseline) add(file, rule, print string, count int) {
	rules := b.files[file]
	if rules == nil {
		rules = map[string]map[string]int{}
		b.files[file] = rules
	}
	if rules[rule] == nil {
		rules[rule] = map[string]int{}
	}
	rules[rule][print] += count
}

func fileOf(d diag.Diagnostic, name func(string) string) string {
	if d.Span.File == nil {
		return ""
	}
	return name(d.Span.File.Name)
}

var index = regexp.MustCompile(`\[\d+\]`)

// fingerprint tells findings of one rule in one file apart: by the keys that
// lead to them and by their line. Lines and items of lists that come and go
// elsewhere do not matter; diag.Fingerprint is stricter, since nobody writes
// its value into a repository.
func fingerprint(d diag.Diagnostic) string {
	line := ""
	if f := d.Span.File; f != nil {
		line = strings.TrimSpace(f.Line(f.Position(d.Span.Start).Line))
	}
	sum := sha256.Sum256([]byte(d.Rule + "\x00" + index.ReplaceAllString(d.Path, "[]") + "\x00" + line))
	return hex.EncodeToString(sum[:8])
}
