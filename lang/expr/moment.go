package expr

import (
	"encoding/hex"
	"fmt"
	"maps"
	"math/rand/v2"
	"time"
)

// A Moment makes what functions give that differ from call to call, dates and
// random texts, depend on nothing but itself: whoever evaluates an expression
// again at the same Moment gets the same value.
type Moment struct {
	Now  time.Time
	Seed uint64
}

// WithHelpersAt is WithHelpers at a moment.
func (e *Expr) WithHelpersAt(env map[string]any, m Moment) map[string]any {
	out := e.WithHelpers(env)
	for _, c := range e.Calls() {
		if volatile[c.Name] {
			m.fix(out)
			break
		}
	}
	return out
}

// fix replaces the functions that are volatile.
func (m Moment) fix(env map[string]any) {
	env["now"] = func() time.Time { return m.Now.UTC() }
	functions, ok := env["sprig"].(map[string]any)
	if !ok {
		return
	}
	functions = maps.Clone(functions)
	maps.Copy(functions, m.functions())
	env["sprig"] = functions
}

const (
	digits  = "0123456789"
	letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

func (m Moment) functions() map[string]any {
	random := rand.New(rand.NewPCG(m.Seed, uint64(m.Now.UnixNano())))
	text := func(from string) func(int) string {
		return func(n int) string {
			b := make([]byte, max(n, 0))
			for i := range b {
				b[i] = from[random.IntN(len(from))]
			}
			return string(b)
		}
	}
	ascii := make([]byte, 0, 95)
	for c := byte(' '); c <= '~'; c++ {
		ascii = append(ascii, c)
	}
	inZone := func(layout string, at any, zone string) string {
		location, err := time.LoadLocation(zone)
		if err != nil {
			location = time.UTC
		}
		return m.time(at).In(location).Format(layout)
	}
	return map[string]any{
		"now":            func() time.Time { return m.Now.UTC() },
		"ago":            func(at any) string { return m.Now.Sub(m.time(at)).Round(time.Second).String() },
		"date":           func(layout string, at any) string { return m.time(at).UTC().Format(layout) },
		"dateInZone":     inZone,
		"date_in_zone":   inZone,
		"htmlDate":       func(at any) string { return m.time(at).UTC().Format(time.DateOnly) },
		"htmlDateInZone": func(at any, zone string) string { return inZone(time.DateOnly, at, zone) },
		"randAlphaNum":   text(letters + digits),
		"randAlpha":      text(letters),
		"randNumeric":    text(digits),
		"randAscii":      text(string(ascii)),
		"randBytes":      func(n int) string { return text(letters + digits)(n) },
		"randInt": func(low, high int) (int, error) {
			if high <= low {
				return 0, fmt.Errorf("there is no number from %d up to %d", low, high)
			}
			return low + random.IntN(high-low), nil
		},
		"shuffle": func(s string) string {
			r := []rune(s)
			random.Shuffle(len(r), func(i, j int) { r[i], r[j] = r[j], r[i] })
			return string(r)
		},
		"uuidv4": func() string {
			var b [16]byte
			for i := range b {
				b[i] = byte(random.UintN(256))
			}
			b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
			h := hex.EncodeToString(b[:])
			return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
		},
	}
}

// time is the time that a value stands for; the moment, where it stands for none.
func (m Moment) time(v any) time.Time {
	switch v := v.(type) {
	case time.Time:
		return v
	case *time.Time:
		return *v
	case int:
		return time.Unix(int64(v), 0)
	case int64:
		return time.Unix(v, 0)
	case string:
		if at, err := time.Parse(time.RFC3339, v); err == nil {
			return at
		}
	}
	return m.Now
}
