package rules

import (
	"iter"
	"regexp"
	"strings"
	"sync"
)

// statuses are the phases that steps, tasks and retries have; a workflow has
// one of the first five.
var statuses = []string{"Pending", "Running", "Succeeded", "Failed", "Error", "Skipped", "Omitted"}

// statusComparison is a comparison of a status with a constant, in either
// language: the status may stand in a tag and in quotes.
var statusComparison = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`((?:workflow|lastRetry|(?:steps|tasks)(?:\.[\w-]+|\[['"][\w-]+['"]\]))\.status)(?:\s*\}\})?['"]?\s*[!=]=\s*(?:'([^'{}]*)'|"([^"{}]*)"|([A-Za-z]\w*)(?:\s|$|\)|&|\|))`)
})

// statusValues yields the constants in text that a status is compared with,
// each with its place.
func statusValues(text string) iter.Seq2[string, int] {
	return func(yield func(string, int) bool) {
		if !strings.Contains(text, ".status") {
			return
		}
		for _, m := range statusComparison().FindAllStringSubmatchIndex(text, -1) {
			for g := 2; g <= 4; g++ {
				if m[2*g] >= 0 && !yield(text[m[2*g]:m[2*g+1]], m[2*g]) {
					return
				}
			}
		}
	}
}
