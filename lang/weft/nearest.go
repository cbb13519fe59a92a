package weft

import (
	"slices"

	"github.com/weft-lang/weft/lang/diag"
)

// nearest returns the candidate that name was most likely meant to be. Of
// equals the first wins.
func nearest(name string, candidates []string) (string, bool) {
	return diag.Nearest(name, slices.Values(candidates))
}

func closeTo(name, want string) bool {
	_, ok := nearest(name, []string{want})
	return ok
}
