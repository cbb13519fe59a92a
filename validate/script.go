package validate

// A Script is program text inside a workflow. Its tags are replaced by other
// text of the same length, so that places in it are places in the workflow.
type Script struct {
	Program string // what runs it: bash, python3
	Text    string
	ErrExit bool // a shell script that ends at the first command that fails
}

// A ScriptFault is what a checker finds in one of the scripts it was given.
type ScriptFault struct {
	Script     int // its place among the scripts
	Start, End int // bytes of its text
	Code       string
	Message    string
}

// A ScriptChecker judges scripts of one language by a program from outside.
// This package never runs one: whoever calls Check says which there are. A
// checker that cannot do its work finds nothing.
type ScriptChecker interface {
	Check([]Script) []ScriptFault
}

// Checkers are the checkers at hand, by language. A nil one is not asked.
type Checkers struct {
	Shell  ScriptChecker
	Python ScriptChecker
}
