package expr

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/robfig/cron/v3"
)

// A Schedule is a parsed cron schedule.
type Schedule struct {
	Zone               string // of a TZ= or CRON_TZ= prefix, "" without one
	ZoneStart, ZoneEnd int    // byte range of the prefix
	Fields             []Field
	Every              time.Duration // of @every; may be zero or negative
	IsEvery            bool

	spec cron.Schedule
}

// A Field is one of the five fields of a schedule.
type Field struct {
	Name       string // minute, hour, day of month, month, day of week
	Text       string
	Start, End int
}

// cronBounds are the values that each field takes.
var cronBounds = [...]struct {
	name      string
	min, max  int
	names     []string // of min, min+1 ...
	wrongHelp string
}{
	{name: "minute", max: 59},
	{name: "hour", max: 23},
	{name: "day of month", min: 1, max: 31},
	{name: "month", min: 1, max: 12, names: []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}},
	{name: "day of week", max: 6, names: []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}, wrongHelp: "Sunday is 0"},
}

// ParseSchedule reads a schedule as the reference does: an optional time zone,
// then five fields or a descriptor. A schedule that never fires is fine; see
// Never.
func ParseSchedule(text string) (*Schedule, *Error) {
	s := &Schedule{}
	at, fault := s.zone(text)
	if fault != nil {
		return nil, fault
	}
	rest := strings.TrimLeftFunc(text[at:], unicode.IsSpace)
	start := len(text) - len(rest)
	if rest == "" {
		return nil, &Error{Kind: Syntax, End: len(text), Message: "the schedule is empty", Help: `write five fields, such as "0 3 * * *"`}
	}
	if strings.HasPrefix(text[start:], "@") && (at > 0 || start == 0) {
		return s, s.descriptor(text, start)
	}
	s.split(text, start)
	if n := len(s.Fields); n != len(cronBounds) {
		return nil, fieldCountError(s.Fields, start, len(text))
	}
	for i, f := range s.Fields {
		if fault := checkField(f, i); fault != nil {
			return nil, fault
		}
	}
	return s, s.judge(text)
}

// zone reads the prefix and returns where it ends.
func (s *Schedule) zone(text string) (end int, fault *Error) {
	if !strings.HasPrefix(text, "TZ=") && !strings.HasPrefix(text, "CRON_TZ=") {
		return 0, nil
	}
	name := strings.IndexByte(text, '=') + 1
	end = strings.IndexByte(text, ' ')
	if end < 0 {
		return 0, &Error{Kind: Syntax, End: len(text), Message: "no schedule follows the time zone", Help: `write for example "` + text + ` 0 3 * * *"`}
	}
	s.Zone, s.ZoneStart, s.ZoneEnd = text[name:end], 0, end
	if _, fault := LoadZone(s.Zone); fault != nil {
		fault.Start, fault.End = name, end
		return 0, fault
	}
	return end, nil
}

// split finds the fields.
func (s *Schedule) split(text string, at int) {
	for at < len(text) {
		end := len(text)
		if n := strings.IndexFunc(text[at:], unicode.IsSpace); n >= 0 {
			end = at + n
		}
		name := ""
		if i := len(s.Fields); i < len(cronBounds) {
			name = cronBounds[i].name
		}
		s.Fields = append(s.Fields, Field{name, text[at:end], at, end})
		at = len(text) - len(strings.TrimLeftFunc(text[end:], unicode.IsSpace))
	}
}

func fieldCountError(fields []Field, start, end int) *Error {
	e := &Error{
		Kind: Syntax, Start: start, End: end,
		Message: "a schedule has 5 fields, this one has " + strconv.Itoa(len(fields)),
		Help:    "minute, hour, day of month, month, day of week",
	}
	if len(fields) == 6 {
		e.Start, e.End = fields[0].Start, fields[0].End
		e.Help = "there is no field for seconds: drop the first one"
	}
	return e
}

var descriptors = []string{"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly", "@every"}

func (s *Schedule) descriptor(text string, start int) *Error {
	fault := s.judge(text)
	name, argument, _ := strings.Cut(text[start:], " ")
	switch {
	case name == "@every":
		return s.every(text, start+len(name)+1, argument, fault)
	case fault == nil:
		return nil
	}
	fault.Start, fault.Message = start, quote(text[start:])+" is not a descriptor"
	fault.Help = "write one of " + strings.Join(descriptors, ", ")
	if near, ok := Nearest(name, descriptors); ok {
		fault.Help = "did you mean " + quote(near) + "?"
	}
	return fault
}

// every reads the argument of @every, which stands at byte at.
func (s *Schedule) every(text string, at int, argument string, fault *Error) *Error {
	d, reason := ParseGoDuration(strings.TrimSpace(argument))
	switch {
	case fault == nil:
		s.IsEvery, s.Every = true, d
		return nil
	case argument == "":
		fault.Message, fault.Help = "a duration must follow @every", "write for example @every 1h30m"
	case reason != nil && strings.TrimSpace(argument) == argument:
		reason.Start, reason.End = reason.Start+at, reason.End+at
		return reason
	default:
		fault.Start = at
		fault.Message, fault.Help = quote(argument)+" is not a duration", "write one blank before it and none behind"
	}
	return fault
}

// judge lets the reference's parser decide: what it refuses and we have not
// explained is refused as a whole.
func (s *Schedule) judge(text string) *Error {
	spec, err := cron.ParseStandard(text)
	if err != nil {
		return &Error{Kind: Syntax, End: len(text), Message: "the schedule is malformed: " + err.Error()}
	}
	s.spec = spec
	return nil
}

// checkField explains what is wrong with the field at index i.
func checkField(f Field, i int) *Error {
	at := f.Start
	for _, item := range strings.Split(f.Text, ",") {
		if item != "" {
			if message, help := checkRange(item, i); message != "" {
				return &Error{Kind: Syntax, Start: at, End: at + len(item), Message: cronBounds[i].name + ": " + message, Help: help}
			}
		}
		at += len(item) + 1
	}
	return nil
}

func checkRange(item string, i int) (message, help string) {
	b := cronBounds[i]
	parts := strings.Split(item, "/")
	if len(parts) > 2 {
		return quote(item) + " has more than one step", ""
	}
	if len(parts) == 2 {
		if n, err := strconv.Atoi(parts[1]); err != nil || n <= 0 {
			return "the step " + quote(parts[1]) + " is not a positive number", ""
		}
	}
	ends := strings.Split(parts[0], "-")
	if ends[0] == "*" || ends[0] == "?" {
		return "", ""
	}
	if len(ends) > 2 {
		return quote(parts[0]) + " has more than one hyphen", "write from-to"
	}
	values := make([]int, len(ends))
	for k, end := range ends {
		n, ok := cronValue(end, b.min, b.names)
		if !ok {
			return quote(end) + " is not a value", valueHelp(end, i)
		}
		if n < b.min || n > b.max {
			return quote(end) + " is not between " + strconv.Itoa(b.min) + " and " + strconv.Itoa(b.max), b.wrongHelp
		}
		values[k] = n
	}
	if len(values) == 2 && values[0] > values[1] {
		return quote(parts[0]) + " runs backwards", "write two ranges with a comma between them"
	}
	return "", ""
}

func cronValue(text string, least int, names []string) (int, bool) {
	for k, name := range names {
		if strings.EqualFold(text, name) {
			return least + k, true
		}
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= 0
}

func valueHelp(text string, i int) string {
	switch {
	case strings.ContainsAny(text, "LW#"):
		return "L, W and # are not known here"
	case len(cronBounds[i].names) > 0:
		return "write a number or one of " + strings.Join(cronBounds[i].names, ", ")
	}
	return "write a number, a range (1-5), a step (*/10) or a list (1,2)"
}

// Next is the first time after t at which s fires, zero if there is none
// within five years.
func (s *Schedule) Next(t time.Time) time.Time {
	if s.Never() {
		return time.Time{}
	}
	return s.spec.Next(t)
}

// Never reports whether no day of the calendar satisfies s, as in 30 February.
func (s *Schedule) Never() bool {
	spec, ok := s.spec.(*cron.SpecSchedule)
	if !ok {
		return false
	}
	const star, values = 1 << 63, 1<<63 - 1
	for _, bits := range []uint64{spec.Minute, spec.Hour, spec.Month} {
		if bits&values == 0 {
			return true
		}
	}
	anyDay, anyWeekday := spec.Dom&star != 0, spec.Dow&star != 0
	weekday := spec.Dow&values != 0
	if !anyDay && !anyWeekday && weekday {
		return false // either of the two suffices
	}
	return !weekday && anyDay || !dateExists(spec.Dom, spec.Month) && (anyWeekday || !weekday)
}

// dateExists reports whether some month of the set has some day of the set.
func dateExists(days, months uint64) bool {
	longest := [...]int{1: 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}
	for month := 1; month <= 12; month++ {
		for day := 1; day <= longest[month]; day++ {
			if months&(1<<month) != 0 && days&(1<<day) != 0 {
				return true
			}
		}
	}
	return false
}
