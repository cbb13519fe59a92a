package rules

import "github.com/weft-lang/weft/validate"

var securityRules = []validate.Rule{
	manifestInjection,
	podSpecPatchInjection,
}
