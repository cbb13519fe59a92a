//go:build race

package local

// A program built with the race detector sleeps for a second before it exits,
// and weft starts itself twice for each container: its containers get the
// setting that shortens this.
func init() { passed = append(passed, "GORACE") }
