package diag

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
)

// Fingerprint identifies a finding from run to run. It is made of the rule, the
// file, the place in the document and the line of source that the finding
// starts in, so it outlives lines that come and go above it. Findings that agree
// in all of these share it: see Fingerprints. Of a line that is longer than people
// write, the beginning counts: such a line holds most of a file.
func (d Diagnostic) Fingerprint() string { return d.fingerprint(0) }

// Fingerprints are those of ds, each one different: of findings that look alike
// the second and later ones are numbered.
func Fingerprints(ds []Diagnostic) []string {
	out := make([]string, len(ds))
	seen := map[string]int{}
	for i, d := range ds {
		first := d.fingerprint(0)
		out[i] = d.fingerprint(seen[first])
		seen[first]++
	}
	return out
}

const longLine = 1000 // bytes

func (d Diagnostic) fingerprint(number int) string {
	line := ""
	if f := d.Span.File; f != nil {
		line = strings.TrimSpace(f.Line(f.Position(d.Span.Start).Line))
		line = line[:min(len(line), longLine)]
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{d.Rule, fileName(d.Span), d.Path, line, strconv.Itoa(number)}, "\x00")))
	return hex.EncodeToString(sum[:16])
}
