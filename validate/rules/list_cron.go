package rules

import "github.com/weft-lang/weft/validate"

var cronRules = []validate.Rule{
	schedulesRequired,
	scheduleMalformed,
	timezoneInvalid,
	concurrencyPolicyInvalid,
	startingDeadlineNegative,
}
