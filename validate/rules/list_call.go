package rules

import "github.com/weft-lang/weft/validate"

var callRules = []validate.Rule{}
