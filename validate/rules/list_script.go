package rules

import "github.com/weft-lang/weft/validate"

var scriptRules = []validate.Rule{
	shellSyntax,
	shellBashism,
	shellOddCharacter,
	shellWithoutScript,
	shellArgumentsSplit,
	shellMissing,
	commandWithSpaces,
	programNotInImage,
	scriptWithoutCommand,
	scriptEmptySource,
	scriptInterpreterMismatch,
	scriptWithoutErrexit,
	shellcheck,
	pythonSyntax,
}
