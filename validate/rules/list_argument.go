package rules

import "github.com/weft-lang/weft/validate"

var argumentRules = []validate.Rule{
	inputNotSupplied,
	inputArtifactNotSupplied,
	absentOptionalArgument,
	argumentValueRequired,
	argumentValueFromUnsupported,
	enumEmpty,
	enumValueRequired,
	enumMismatch,
	argumentArtifactNoSource,
	artifactFromConflict,
	unterminatedTag,
	unclosedBraces,
	valueNotJSONSafe,
}
