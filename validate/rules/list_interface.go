package rules

import "github.com/weft-lang/weft/validate"

var interfaceRules = []validate.Rule{}
