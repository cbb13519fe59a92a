package expr

import (
	"strconv"
	"strings"
	"time"
)

// ParseDuration reads a duration of the fields that also take bare seconds:
// "30" and "30s" are the same.
func ParseDuration(text string) (time.Duration, *Error) {
	seconds, err := strconv.Atoi(text)
	if err != nil {
		return ParseGoDuration(text)
	}
	const most = int(1<<63-1) / int(time.Second)
	if seconds > most || seconds < -most {
		return 0, durationError(text, "the duration is out of range", "")
	}
	return time.Duration(seconds) * time.Second, nil
}

// ParseGoDuration reads a duration of the fields that take no bare number:
// 1h30m, 2.5s, 300ms.
func ParseGoDuration(text string) (time.Duration, *Error) {
	d, err := time.ParseDuration(text)
	if err == nil {
		return d, nil
	}
	return 0, explainDuration(text)
}

func durationError(text, message, help string) *Error {
	return &Error{Kind: Syntax, End: len(text), Message: message, Help: help}
}

// explainDuration finds what is wrong with text.
func explainDuration(text string) *Error {
	const units = "the units are h, m, s, ms, us and ns"
	if strings.TrimSpace(text) == "" {
		return durationError(text, "the duration is empty", "write for example 30s")
	}
	at := 0
	if text[0] == '+' || text[0] == '-' {
		at = 1
	}
	for at < len(text) {
		number := at
		for at < len(text) && (digit(text[at]) || text[at] == '.') {
			at++
		}
		unit := at
		for at < len(text) && !digit(text[at]) && text[at] != '.' {
			at++
		}
		name := text[unit:at]
		switch {
		case unit == number:
			return durationError(text, quote(text)+" is not a duration", "write for example 30s or 1h30m")
		case name == "" && unit-number == len(strings.TrimLeft(text, "+-")) && !strings.Contains(text, "."):
			return durationError(text, "the duration is out of range", "")
		case name == "":
			return &Error{Kind: Syntax, Start: number, End: unit, Message: quote(text[number:unit]) + " has no unit", Help: units}
		case !durationUnits[name]:
			return &Error{Kind: Syntax, Start: unit, End: at, Message: quote(name) + " is not a unit of time", Help: unitHelp(text[number:unit], name, units)}
		}
	}
	return durationError(text, quote(text)+" is not a duration", "write for example 30s or 1h30m")
}

var durationUnits = map[string]bool{"ns": true, "us": true, "µs": true, "μs": true, "ms": true, "s": true, "m": true, "h": true}

// unitHelp translates units that people expect.
func unitHelp(number, unit, otherwise string) string {
	n, err := strconv.Atoi(number)
	if err != nil || n > 10000 {
		return otherwise
	}
	switch strings.Trim(strings.ToLower(unit), " ") {
	case "d", "day", "days":
		return "write " + strconv.Itoa(24*n) + "h"
	case "w", "week", "weeks":
		return "write " + strconv.Itoa(7*24*n) + "h"
	case "hour", "hours", "hr", "hrs":
		return "write " + number + "h"
	case "min", "mins", "minute", "minutes":
		return "write " + number + "m"
	case "sec", "secs", "second", "seconds":
		return "write " + number + "s"
	}
	return otherwise
}
