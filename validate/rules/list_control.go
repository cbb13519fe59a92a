package rules

import "github.com/weft-lang/weft/validate"

var controlRules = []validate.Rule{}
