package weft

// nearest returns the candidate closest to name if it is close enough to be
// what was meant. Of equals the first wins.
func nearest(name string, candidates []string) (string, bool) {
	best, bestAt := 3, ""
	for _, c := range candidates {
		if c == name {
			continue
		}
		if d := distance(name, c); d < best && 3*d <= max(len(name), len(c)) {
			best, bestAt = d, c
		}
	}
	return bestAt, bestAt != ""
}

func closeTo(name, want string) bool {
	_, ok := nearest(name, []string{want})
	return ok
}

// distance counts the insertions, deletions, replacements and swaps of
// neighbours between a and b.
func distance(a, b string) int {
	if d := len(a) - len(b); d > 3 || d < -3 {
		return 4
	}
	two, prev, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], two[j-2]+1)
			}
		}
		two, prev, row = prev, row, two
	}
	return prev[len(b)]
}
