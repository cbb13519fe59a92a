package report

import (
	"strings"
	"unicode/utf8"
)

// A Brief cuts long messages where they stand a second time: what a cluster says
// of one item of a loop it says of all. The zero Brief has not been told any.
type Brief struct{ told []string }

// Messages up to longMessage columns are never cut, others to shortMessage. After
// mostTold different ones all are left whole.
const (
	longMessage  = 100
	shortMessage = 60
	mostTold     = 50
)

// Of is a message with what was told before cut, also where a step repeats what
// one of its parts said.
func (b *Brief) Of(message string) string {
	message = strings.TrimSpace(message)
	if utf8.RuneCountInString(message) <= longMessage {
		return message
	}
	for _, told := range b.told {
		if before, after, found := strings.Cut(message, told); found {
			return before + shorten(told, shortMessage) + after
		}
	}
	if len(b.told) < mostTold {
		b.told = append(b.told, message)
	}
	return message
}
