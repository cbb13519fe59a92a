package rules

import "github.com/weft-lang/weft/validate"

var scriptRules = []validate.Rule{
	shellSyntax,
	shellBashism,
	shellOddCharacter,
	shellWithoutScript,
	shellReadsFile,
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
