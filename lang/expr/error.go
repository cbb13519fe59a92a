package expr

// An ErrorKind groups errors by what went wrong, so that callers can judge
// each group on its own.
type ErrorKind uint8

// The kinds of error.
const (
	Syntax        ErrorKind = iota + 1 // the text does not parse
	UnknownName                        // a name, function or member that is not there
	GuardedName                        // the same, but behind ?. or ??: the fallback is always used
	Subtraction                        // an unknown name because of a hyphen: a-b
	Mismatch                           // an operation that fails for the types of its operands
	NeverEqual                         // a comparison of different types: it runs, and is always false (or true)
	WrongResult                        // the whole yields a type that its place cannot take
	MaybeNil                           // a value that can be nil where nil fails
	Unread                             // a part that the evaluator accepts and silently ignores
	UnknownResult                      // a task result that does not exist (depends)
	OperatorWord                       // and, or, not where a symbol is needed
	ReservedWord                       // a task name that depends cannot spell
	BadZone                            // a time zone that does not exist
)

// An Error is a fault in the text of a scalar.
type Error struct {
	Kind       ErrorKind
	Start, End int    // byte range in the text; empty only at its very end or when the text is empty
	Message    string // one clause, lower case, no full stop
	Help       string // the way out, "" when the message already says it
}

func (e *Error) Error() string {
	if e.Help == "" {
		return e.Message
	}
	return e.Message + ": " + e.Help
}

// Nearest returns the candidate that name was most likely meant to be. Names
// far from every candidate have none. Of equally near candidates the one that
// sorts first wins, so that the answer does not depend on their order.
func Nearest(name string, candidates []string) (string, bool) {
	best, limit := "", max(1, len(name)/3)
	found := false
	for _, c := range candidates {
		if c == name || c == "" {
			continue
		}
		d := distance(name, c, limit)
		if d < limit || d == limit && (!found || c < best) {
			best, limit, found = c, d, true
		}
	}
	return best, found
}

// distance is the edit distance of a and b (insertions, deletions,
// substitutions and swaps of neighbours cost 1, a change of case alone costs
// nothing beyond 1 for the whole word); anything above limit is limit+1.
func distance(a, b string, limit int) int {
	if abs(len(a)-len(b)) > limit {
		return limit + 1
	}
	if equalFold(a, b) {
		return 1
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
			least = min(least, row[j])
		}
		if least > limit {
			return limit + 1
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

func abs(n int) int { return max(n, -n) }

// equalFold compares ASCII letters without case and drops hyphens and
// underscores: the way names are most often misremembered.
func equalFold(a, b string) bool {
	i, j := 0, 0
	for {
		for i < len(a) && (a[i] == '-' || a[i] == '_') {
			i++
		}
		for j < len(b) && (b[j] == '-' || b[j] == '_') {
			j++
		}
		if i == len(a) || j == len(b) {
			return i == len(a) && j == len(b)
		}
		if lower(a[i]) != lower(b[j]) {
			return false
		}
		i, j = i+1, j+1
	}
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
