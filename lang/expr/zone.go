package expr

import (
	"strings"
	"time"
	_ "time/tzdata" // the same zones on every host
)

// LoadZone loads a time zone by its IANA name. "" is UTC; the zone of the host
// ("Local") is a name as well.
func LoadZone(name string) (*time.Location, *Error) {
	loc, err := time.LoadLocation(name)
	if err == nil {
		return loc, nil
	}
	e := &Error{Kind: BadZone, End: len(name), Message: "there is no time zone " + quote(name)}
	switch {
	case strings.TrimSpace(name) != name:
		e.Help = "drop the blanks"
	case !strings.Contains(name, "/") || strings.ToLower(name) == name:
		e.Help = `write an IANA name, such as "Europe/Berlin"`
	}
	return nil, e
}
