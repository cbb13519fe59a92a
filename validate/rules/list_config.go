package rules

import "github.com/weft-lang/weft/validate"

// configRules are about weft.yaml and what it declares, and about comments that
// answer findings.
var configRules = []validate.Rule{
	configInvalid,
	ignoreMalformed,
	ignoreUnknownRule,
	ignoreWithoutReason,
	unusedIgnore,
	userSchema,
	externalReference,
	newerThanTarget,
}
